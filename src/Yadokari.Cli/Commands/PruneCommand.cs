using System.CommandLine;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado prune</c>: forgets all jobs that have ended.</summary>
public static class PruneCommand
{
    private static readonly Option<TimeSpan?> Older = Quantity.DurationOption("--older", "Only those that ended longer ago than this");

    public static Command Create()
    {
        Command command = new("prune", "Forget all jobs that have ended, on all hosts: their logs, records and checkpoints") { Older };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            Jobs that were lost with their host, or are saved, stay listed: 'yado rm' forgets one that was lost.
            A daemon forgets by itself, when it starts, what exceeds 1000 jobs that are over.

            Examples:
              yado prune
              yado prune --older 7d
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        DateTimeOffset before = DateTimeOffset.UtcNow - (parsed.GetValue(Older) ?? TimeSpan.Zero);
        using YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        JobList all = await here.ListJobsAsync(everywhere: true, cancel);
        JobInfo[] ended = [.. all.Jobs.Where(j => j.State == JobState.Ended && j.Ended <= before)];
        int forgotten = 0;
        int status = await EachJob.RunAsync(parsed, ended.Select(j => j.Id), async job =>
        {
            using JobPlace place = await JobPlace.FindAsync(job, cancel);
            await Forgetting.RemoveAsync(place, cancel);
            forgotten++;
            return ExitStatus.Done;
        });
        if (all.Unreachable.Count > 0)
        {
            Console.Error.WriteLine($"yado: no answer from {string.Join(' ', all.Unreachable)}; what ended there stays");
        }

        Console.WriteLine(forgotten == 1 ? "forgot 1 job" : $"forgot {forgotten} jobs");
        return status;
    }
}
