using System.CommandLine;
using Yadokari.Protocol.Errors;
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
        HelpWithExamples.SetText(command,
            """
            Ends with 128 + N when signal N ended the job. Ends with 125 when it can't be told how the job ended: its host does
            not answer, it went down with its host, or it is saved as a context file.

            Examples:
              yado wait solver && echo solved
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string job = parsed.GetRequiredValue(Job);
        try
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            JobInfo end = await place.Host.WaitAsync(place.Job.Id, cancellation: cancel);
            return end.State switch
            {
                JobState.Lost => throw Unknown($"{end.Name} was lost: {end.Note ?? "nobody saw how it ended"}"),
                JobState.Saved => throw Unknown($"{end.Name} is {end.Note}; 'yado undrain {end.Host}' resumes it"),
                JobState.Ended when end is { ExitStatus: null, Signal: null } => throw Unknown($"{end.Name} has ended; {end.Note}"),
                _ => end.ShellStatus,
            };
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            throw new CommandFailure(ExitStatus.Unknown, $"what became of {job} is not known: {failure.Message}", failure);
        }
    }

    private static CommandFailure Unknown(string message) => new(ExitStatus.Unknown, message);
}
