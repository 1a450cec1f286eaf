using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado undrain</c>: a host takes jobs again.</summary>
public static class UndrainCommand
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private static readonly Argument<string?> HostName = new("HOST")
    {
        Description = "Name of a known host, or its ADDRESS:PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Self = new("--self") { Description = "This host" };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("undrain", "Let a host take jobs again, and resume those that a drain has saved there") { HostName, Self, Json };
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
            A drain under way ends; jobs that have left stay where they are. A saved job goes on with its name, its id and its
            log. Whoever resumes its context file by hand takes the file away first, or the job would run twice.

            Example:
              yado undrain h1
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string? name = parsed.GetValue(HostName);
        using DrainPlace place = await FindAsync(name, cancel);
        UndrainReport report = await place.Host.UndrainAsync(cancel);
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(report, ProtocolJson.Default.UndrainReport));
        }
        else
        {
            string resumed = report.Resumed.Count == 0 ? "" : $"; resumed: {string.Join(' ', report.Resumed.Select(j => j.Name))}";
            Console.WriteLine($"{report.Host.Name} takes jobs{resumed}");
        }

        foreach (JobInfo job in report.Waiting)
        {
            Console.Error.WriteLine($"yado: {job.Name} is not resumed: {job.Note}");
        }

        return report.Waiting.Count == 0 ? ExitStatus.Done : ExitStatus.Failed;
    }

    /// <summary>At boot the daemon may still be on its way up; starting another one would only be in its way.</summary>
    private static async Task<DrainPlace> FindAsync(string? name, CancellationToken cancel)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            if (await DrainPlace.FindAsync(name, cancel) is { } place)
            {
                return place;
            }

            if (waited.Elapsed > StartPatience)
            {
                throw new CommandFailure(ExitStatus.Failed, $"no daemon runs in {HomeDirectory.Default().Path}: start one with 'yado host'");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
        }
    }
}
