using System.CommandLine;
using Yadokari.Cli.Streams;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado attach</c>: a job's terminal, in this one.</summary>
public static class AttachCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    private static readonly Option<bool> NoInput = new("--no-input") { Description = "Only show it: what is typed here is not the job's" };

    private static readonly Option<DetachKeys> Keys = TerminalOptions.Keys();

    public static Command Create()
    {
        Command command = new("attach", "Show the terminal of a job in this one, wherever the job is and goes") { Job, NoInput, Keys };
        command.SetAction(AttachAsync);
        HelpWithExamples.SetText(command,
            """
            For jobs that were started in a terminal, or with --detach --tty. What the job has written since somebody last saw it
            comes first, then it draws its screen anew. Who is attached already is not any more, and is told so. Ctrl-P Ctrl-Q
            leaves (--detach-keys); the job runs on. The exit status is the job's when it ends, 0 when it is left.

            Examples:
              yado attach session
              yado attach --detach-keys ctrl-a,d session
            """);
        return command;
    }

    private static async Task<int> AttachAsync(ParseResult parsed, CancellationToken cancel)
    {
        using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
        JobInfo job = place.Job;
        if (job.IsOver && job.State != JobState.Moved)
        {
            throw new CommandFailure(ExitStatus.NotFound, $"job '{job.Name}' has ended: 'yado logs {job.Name}' shows its output");
        }

        if (job.State != JobState.Moved && job.Streams != JobStreams.Relayed)
        {
            throw new CommandFailure(ExitStatus.Failed,
                $"job '{job.Name}' has no terminal of its own: start one in a terminal, or with --detach --tty; 'yado logs --follow {job.Name}' shows its output");
        }

        bool input = !parsed.GetValue(NoInput);
        if (input && !OwnTerminal.IsThere)
        {
            throw new CommandFailure(ExitStatus.WrongUsage, "standard input and output are no terminal: give --no-input to see the job only");
        }

        if (input)
        {
            JobSignals.AwaitForeground();
        }

        using JobRoute route = new(place.Host, job, cancel);
        AttachedStreams at = await route.AskAsync(host => host.AttachHereAsync(job.Id, cancel));
        return await TerminalVisit.RunAsync(route, job, input ? parsed.GetRequiredValue(Keys) : null, at, redraw: true, cancel);
    }
}
