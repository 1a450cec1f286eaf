using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado kill</c>: ends jobs.</summary>
public static class KillCommand
{
    private static readonly Argument<string[]> Jobs = EachJob.Names();

    public static Command Create()
    {
        Command command = new("kill", "End jobs at once (SIGKILL), wherever they are") { Jobs };
        command.SetAction((parsed, cancel) => EachJob.RunAsync(parsed, parsed.GetRequiredValue(Jobs), async job =>
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            await place.Host.KillAsync(place.Job.Id, cancel);
            await place.Host.WaitAsync(place.Job.Id, cancellation: cancel);
            return ExitStatus.Done;
        }));
        HelpWithExamples.SetText(command,
            """
            Each job that can't be ended has a line of its own, and the others are ended; the exit status is that of the
            first one that could not.

            Examples:
              yado kill sim
              yado kill $(yado ps --quiet --filter name='test-*')
            """);
        return command;
    }
}
