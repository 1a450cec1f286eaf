using System.CommandLine;
using System.Globalization;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado logs</c>: what a job has written.</summary>
public static class LogsCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on until the job has ended, wherever it goes" };

    private static readonly Option<long?> Tail = new("--tail", "-t")
    {
        Description = "Only the last N lines of its output, and of its errors",
        HelpName = "N",
    };

    private static readonly Option<DateTimeOffset?> Since = new("--since")
    {
        Description = "Only what it has written since then: a time ago (90s, 10m, 2h) or a moment (2026-05-01T12:00)",
        HelpName = "TIME",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Quantity.ParseDuration(text) is { } ago)
            {
                return DateTimeOffset.UtcNow - ago;
            }

            if (text.Contains('-') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset moment))
            {
                return moment;
            }

            result.AddError($"'{text}' is not a time: give e.g. 10m or 2026-05-01T12:00");
            return null;
        },
    };

    public static Command Create()
    {
        Tail.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 0 or > Limits.MaxImageBytes)
            {
                result.AddError("--tail must be a number of lines");
            }
        });
        Command command = new("logs", "Print what a detached job has written, its errors to standard error") { Job, Follow, Tail, Since };
        command.SetAction(async (parsed, cancel) =>
        {
            using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
            LogPart part = new(parsed.GetValue(Tail), parsed.GetValue(Since));
            await LogOutput.CopyAsync(place.Job.Name, place.Host.ReadLogAsync(place.Job.Id, parsed.GetValue(Follow), part, cancel));
        });
        HelpWithExamples.SetText(command,
            """
            --since is exact to about a second. What a job wrote before it came to its host, or while no daemon ran there,
            counts as written when that daemon saw it first.

            Examples:
              yado logs sim --tail 20 --follow
              yado logs sim --since 10m
            """);
        return command;
    }
}
