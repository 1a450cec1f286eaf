using System.CommandLine;
using System.Text.Json;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado drain</c>: moves everything off a host.</summary>
public static class DrainCommand
{
    private static readonly Argument<string?> HostName = new("HOST")
    {
        Description = "Name of a known host, or its ADDRESS:PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Self = new("--self") { Description = "This host; when no daemon runs here there is nothing to do" };

    private static readonly Option<TimeSpan?> Within = Quantity.DurationOption(
        "--within", "It must be empty by then: after three quarters of the time what has not left is saved; without this it takes as long as it takes");

    private static readonly Option<long?> Rate = Quantity.SizeOption("--rate", "Send no more bytes a second than this; jobs then leave one after the other");

    private static readonly Option<string?> SaveTo = new("--save-to")
    {
        Description = "Directory for the context files of jobs that can't move; the daemon's own when left out",
        HelpName = "DIRECTORY",
    };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Jobs that can't move run on here instead of being saved" };

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("as each job was started");

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only tell what would go where, and what can't; nothing is touched" };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("drain", "Move all jobs off a host, and let it take no more") { HostName, Self, Within, Rate, SaveTo, Keep, Tcp, DryRun, Json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(HostName) is { Tokens.Count: > 0 } == result.GetValue(Self))
            {
                result.AddError("give a host or --self");
            }
        });
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            Jobs leave several at a time, each to the host with room and the least load; where one refuses, the next is asked.
            A job that finds no host is saved as a context file and resumed by 'yado undrain'; one that can't be carried
            runs on and its obstacles are listed (exit status 3). The drain goes on when this command is interrupted, and
            when the daemon is started again. SIGUSR2 to the daemon drains its host as well.

            Examples:
              yado drain h1 --dry-run              what would go where
              yado drain h1                        before h1 is switched off
              yado drain h1 --within 60s --rate 50M
              yado undrain h1                      it takes jobs again; saved ones go on
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        DrainHost request = new()
        {
            WithinSeconds = parsed.GetValue(Within)?.TotalSeconds,
            BytesPerSecond = parsed.GetValue(Rate),
            SaveTo = parsed.GetValue(SaveTo) is { } directory ? Path.GetFullPath(directory) : null,
            Keep = parsed.GetValue(Keep),
            Tcp = parsed.GetValue(Tcp),
        };
        using DrainPlace? place = await DrainPlace.FindAsync(parsed.GetValue(HostName), cancel);
        if (place is null)
        {
            Console.Error.WriteLine($"yado: no daemon runs in {HomeDirectory.Default().Path}: nothing to drain");
            return ExitStatus.Done;
        }

        if (parsed.GetValue(DryRun))
        {
            return Print(await place.Host.ForeseeDrainAsync(cancel), parsed.GetValue(Json));
        }

        DrainReport report = await DrainDisplay.RunAsync(show => place.Host.DrainAsync(request, show, cancel));
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(report, CliJson.Default.DrainReport));
        }
        else
        {
            Print(report);
        }

        DrainedJob[] kept = [.. report.Jobs.Where(j => j.Outcome == DrainOutcome.Kept)];
        return kept.Length == 0 || request.Keep && kept.All(j => j.Obstacles.Count == 0) ? ExitStatus.Done
            : kept.Any(j => j.Obstacles.Count > 0) ? ExitStatus.Obstacles
            : ExitStatus.Failed;
    }

    private static int Print(DrainForecast forecast, bool json)
    {
        if (json)
        {
            Output.Json(JsonSerializer.Serialize(forecast, CliJson.Default.DrainForecast));
        }
        else if (forecast.Jobs.Count == 0)
        {
            Console.WriteLine($"{forecast.Host} has no jobs");
        }
        else
        {
            Output.WriteTable(["JOB", "WOULD BE", "WHERE", "MEMORY", "WHY"], forecast.Jobs.Select(job => (IReadOnlyList<string>)
            [
                job.Name,
                Word(job.Outcome),
                job.Host ?? "-",
                job.Bytes > 0 ? Output.Size(job.Bytes) : "-",
                job.Obstacles.Count > 0 ? string.Join("; ", job.Obstacles.Select(o => $"{o.Name}: {o.Detail}")) : job.Detail ?? "",
            ]));
        }

        return forecast.Jobs.Any(j => j.Obstacles.Count > 0) ? ExitStatus.Obstacles : ExitStatus.Done;
    }

    private static void Print(DrainReport report)
    {
        if (report.Jobs.Count > 0)
        {
            Output.WriteTable(["JOB", "NOW", "WHERE", "BYTES", "DOWNTIME"], report.Jobs.Select(Row));
        }

        foreach (DrainedJob job in report.Jobs.Where(j => j.Outcome == DrainOutcome.Kept))
        {
            Console.Error.WriteLine($"yado: {job.Name} runs on on {report.Host}: {job.Detail}");
            foreach (ObstacleInfo obstacle in job.Obstacles)
            {
                Console.Error.WriteLine($"  {obstacle.Name}: {obstacle.Detail}");
            }
        }

        string counts = string.Join(", ", report.Jobs.GroupBy(j => j.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}"));
        Console.WriteLine($"{report.Host} is drained: {(counts.Length == 0 ? "it had no jobs" : counts)}; "
            + $"{Output.Size(report.Bytes)} in {Output.Duration(TimeSpan.FromMilliseconds(report.Milliseconds))}");
    }

    private static IReadOnlyList<string> Row(DrainedJob job) =>
    [
        job.Name,
        Word(job.Outcome),
        job.Outcome == DrainOutcome.Saved ? $"{job.File} ({job.Detail})" : job.Host ?? "-",
        job.Bytes > 0 ? Output.Size(job.Bytes) : "-",
        job.DowntimeMilliseconds is { } down ? Output.Duration(TimeSpan.FromMilliseconds(down)) : "-",
    ];

    private static string Word(DrainOutcome outcome) => outcome.ToString().ToLowerInvariant();
}
