using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado rm</c>: forgets jobs that are over.</summary>
public static class RmCommand
{
    private static readonly Argument<string[]> Jobs = EachJob.Names();

    public static Command Create()
    {
        Command command = new("rm", "Forget jobs that are over: their logs, records and checkpoints") { Jobs };
        command.SetAction((parsed, cancel) => EachJob.RunAsync(parsed, parsed.GetRequiredValue(Jobs), async job =>
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            await Forgetting.RemoveAsync(place, cancel);
            return ExitStatus.Done;
        }));
        HelpWithExamples.SetText(command,
            """
            On every host that knows of them and answers. A job that runs is refused ('yado kill' ends it), and so is one that
            is saved as a context file ('yado undrain' resumes it). The exit status is that of the first job that could not be
            forgotten.

            Examples:
              yado rm solver
              yado prune                             all that have ended
            """);
        return command;
    }
}
