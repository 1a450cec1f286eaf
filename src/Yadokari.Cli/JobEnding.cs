using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>How a job in the foreground has ended.</summary>
public static class JobEnding
{
    /// <returns>Its exit status, as a shell would have it.</returns>
    /// <exception cref="CommandFailure">It has none: it was lost, or is saved.</exception>
    public static int StatusOf(JobInfo job) => job.State switch
    {
        JobState.Saved => throw new CommandFailure(ExitStatus.Failed, $"{job.Name} is {job.Note}"),
        JobState.Lost => throw new CommandFailure(ExitStatus.Failed, $"{job.Name} was lost: {job.Note ?? "nobody saw how it ended"}"),
        _ => job.ShellStatus,
    };
}
