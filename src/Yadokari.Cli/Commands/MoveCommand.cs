using System.CommandLine;
using System.Text.Json;
using Yadokari.Engine;
using Yadokari.Protocol;
using Yadokari.Protocol.Moves;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado move</c>: moves a running job to another host.</summary>
public static class MoveCommand
{
    private static readonly Argument<string> Job = new("JOB") { Description = "Name or id of the job or service, on whatever host it is" };

    private static readonly Argument<string> Target = new("HOST") { Description = "Name of a known host, or ADDRESS:PORT" };

    private static readonly Option<double?> Patience = new("--patience")
    {
        Description = "How long to wait for calls of a service that are in flight; until they end when left out",
        HelpName = "SECONDS",
    };

    private static readonly Option<string?> Via = new("--via")
    {
        Description = "A directory that both hosts see: the image is written there once, and not sent. When left out: the one that both were told of ('yado host --via')",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("as the job was started");

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("move", "Move a running job to another host") { Job, Target, CommonOptions.HoldTimeout, Patience, Via, Tcp, Json };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            What can't be carried, and what the target lacks, is found and listed before the job is touched.
            Whatever fails before the commit leaves the job running where it is.

            A service (yado run --service) moves by its state while its clients go on calling. Calls that are in flight are
            waited for; others are served meanwhile.

            Examples:
              yado move sim h2
              yado move rdict h2
              yado move rdict h2 --patience 10
              yado move sim h2 --via /home/jobs
              yado move poller h2 --tcp reset        its connections to outside are reset: it connects anew
            """);
        return command;
    }

    private static string? FullPath(string? directory) => directory is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string job = parsed.GetRequiredValue(Job);
        string target = parsed.GetRequiredValue(Target);
        using JobPlace place = await JobPlace.FindAsync(job, cancel);
        MoveReport report = await MoveDisplay.RunAsync($"{job} → {target}", show => place.Host.MoveAsync(
            place.Job.Id, new MoveJob(target, parsed.GetValue(CommonOptions.HoldTimeout), PatienceSeconds: parsed.GetValue(Patience), Via: FullPath(parsed.GetValue(Via)), Tcp: parsed.GetValue(Tcp)), show, cancel));
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(report, ProtocolJson.Default.MoveReport));
            return;
        }
        Console.WriteLine($"{report.Job.Name} runs on {report.Job.Host}: {Output.Size(report.Bytes)} in {report.Rounds} {(report.Rounds == 1 ? "round" : "rounds")}, "
                + $"downtime {Output.Duration(TimeSpan.FromMilliseconds(report.DowntimeMilliseconds))}, "
                + $"{Output.Duration(TimeSpan.FromMilliseconds(report.TotalMilliseconds))} in all"
                + (report.Via is { } via ? $", through {PlainText.Of(via)}" : ""));
        if (parsed.GetValue(CommonOptions.Verbose) && report.WithoutRounds is { } reason)
        {
            Console.Error.WriteLine($"copied while it stood still: {PlainText.Of(reason)}");
        }
        if (parsed.GetValue(CommonOptions.Verbose) && report.RanOn > 0)
        {
            Console.Error.WriteLine($"let run on {report.RanOn} {(report.RanOn == 1 ? "time" : "times")} before: something was in the way for a moment");
        }
    }
}
