using System.CommandLine;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado wait</c>: waits for the end of jobs.</summary>
public static class WaitCommand
{
    private static readonly Argument<string[]> Jobs = EachJob.Names();

    public static Command Create()
    {
        Command command = new("wait", "Wait until jobs have ended, wherever they go; the exit status becomes that of yado") { Jobs };
        command.SetAction((parsed, cancel) =>
        {
            string[] jobs = [.. parsed.GetRequiredValue(Jobs).Distinct()];
            return EachJob.RunAsync(parsed, jobs, job => WaitAsync(job, tell: jobs.Length > 1, cancel));
        });
        HelpWithExamples.SetText(command,
            """
            Ends with 128 + N when signal N ended the job. Ends with 125 when it can't be told how the job ended: its host does
            not answer, it went down with its host, or it is saved as a context file.

            With several jobs it waits for all of them. Each that did not end with 0 has a line on standard error, and the exit
            status is that of the first such one, in the order given; 0 when all ended with 0.

            Examples:
              yado wait solver && echo solved
              yado wait part-1 part-2 part-3
            """);
        return command;
    }

    private static async Task<int> WaitAsync(string job, bool tell, CancellationToken cancel)
    {
        try
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            JobInfo end = await place.Host.WaitAsync(place.Job.Id, cancellation: cancel);
            int status = end.State switch
            {
                JobState.Lost => throw Unknown($"{end.Name} was lost: {end.Note ?? "nobody saw how it ended"}"),
                JobState.Saved => throw Unknown($"{end.Name} is {end.Note}; 'yado undrain {end.Host}' resumes it"),
                JobState.Ended when end is { ExitStatus: null, Signal: null } => throw Unknown($"{end.Name} has ended; {end.Note}"),
                _ => end.ShellStatus,
            };
            if (tell && status != ExitStatus.Done)
            {
                Console.Error.WriteLine($"yado: {end.Name} {(end.Signal is { } signal ? $"was killed by {SignalName.Of(signal)}" : $"ended with {status}")}");
            }

            return status;
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            throw new CommandFailure(ExitStatus.Unknown, $"what became of {job} is not known: {failure.Message}", failure);
        }
    }

    private static CommandFailure Unknown(string message) => new(ExitStatus.Unknown, message);
}
