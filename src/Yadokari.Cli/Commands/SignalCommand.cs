using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado signal</c>: sends a signal to jobs.</summary>
public static class SignalCommand
{
    private static readonly Argument<string[]> Jobs = new("JOB")
    {
        Description = "Names or ids of jobs",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            // The last word is the signal.
            string[] words = [.. result.Tokens.Select(t => t.Value)];
            if (words.Length > 1)
            {
                result.OnlyTake(words.Length - 1);
            }

            return words.Length > 1 ? words[..^1] : words;
        },
    };

    private static readonly Argument<int> Signal = new("SIGNAL")
    {
        Description = "A name as kill(1) takes it (USR1, TERM) or a number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (SignalName.Parse(text) is { } number)
            {
                return number;
            }

            result.AddError($"there is no signal '{text}'");
            return 0;
        },
    };

    public static Command Create()
    {
        Command command = new("signal", "Send a signal to jobs, wherever they are") { Jobs, Signal };
        command.SetAction((parsed, cancel) => EachJob.RunAsync(parsed, parsed.GetRequiredValue(Jobs), async job =>
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            await place.Host.SignalAsync(place.Job.Id, parsed.GetValue(Signal), cancel);
            return ExitStatus.Done;
        }));
        HelpWithExamples.SetText(command,
            """
            Each job that can't be signalled has a line of its own, and the others are; the exit status is that of the first
            one that could not.

            Examples:
              yado signal sim USR1
              yado signal sim-1 sim-2 TERM
            """);
        return command;
    }
}
