using System.CommandLine;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado wait</c>: waits for the end of a job.</summary>
public static class WaitCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    public static Command Create()
    {
        Command command = new("wait", "Wait until a job has ended, wherever it goes; its exit status becomes that of yado") { Job };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
        JobInfo end = await place.Host.WaitAsync(place.Job.Id, cancellation: cancel);
        return end.State switch
        {
            JobState.Lost => throw new CommandFailure(ExitStatus.Failed, $"{end.Name} was lost: {end.Note ?? "nobody saw how it ended"}"),
            JobState.Saved => throw new CommandFailure(ExitStatus.Failed, $"{end.Name} is {end.Note}; 'yado undrain {end.Host}' resumes it"),
            JobState.Ended when end is { ExitStatus: null, Signal: null } => throw new CommandFailure(ExitStatus.Failed, $"{end.Name} has ended; {end.Note}"),
            _ => end.ShellStatus,
        };
    }
}
