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

    /// <summary>The signal that ended a process, of its wait status (wait(2)); 0: it ended by itself.</summary>
    public static int SignalOf(int waitStatus) => waitStatus & 0x7F;

    /// <summary>As a shell reports a wait status: the exit status, or 128 + signal.</summary>
    public static int ShellStatusOf(int waitStatus) => SignalOf(waitStatus) is not 0 and var signal ? 128 + signal : waitStatus >> 8 & 0xFF;
}
