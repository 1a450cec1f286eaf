using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Yadokari.Cli.Doctor;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado doctor</c>: what this kernel and user permit, what not, and why.</summary>
public static class DoctorCommand
{
    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("doctor", "What this kernel and user permit, what not, and why") { Json };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            'no' needs something done, which the line below says; 'less' still works, with what is said there left out.
            The exit status is 1 when there is a 'no'.
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        IReadOnlyList<Finding> findings = [.. Examination.Run(), .. await DaemonExamination.RunAsync(cancel)];
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(findings, CliJson.Default.IReadOnlyListFinding));
        }
        else
        {
            Print(findings);
        }

        return findings.Any(f => f.Needed && !f.Ok) ? ExitStatus.Failed : ExitStatus.Done;
    }

    private static void Print(IReadOnlyList<Finding> findings)
    {
        int width = findings.Max(f => f.Name.Length) + 2;
        foreach (Finding finding in findings)
        {
            (string word, Color color) = finding switch
            {
                { Ok: true } => ("yes", Color.Green),
                { Needed: true } => ("no", Color.Red),
                _ => ("less", Color.Yellow),
            };
            Output.Console.Write(new Text(word.PadRight(6), new Style(color)));
            Console.WriteLine($"{finding.Name.PadRight(width)}{finding.Found}: {finding.Means}");
            if (finding.Advice is { } advice)
            {
                Console.WriteLine($"{new string(' ', 6 + width)}→ {advice}");
            }
        }
    }
}
