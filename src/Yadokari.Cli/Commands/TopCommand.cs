using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Yadokari.Cli.Figures;
using Yadokari.Cli.Top;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado top</c>: hosts as curves of their load, and jobs, live.</summary>
public static class TopCommand
{
    /// <summary>Of a picture that goes to a file or a pipe.</summary>
    private const int UsualWidth = 100;

    private static readonly Option<bool> Once = new("--once") { Description = "Print one picture and end" };

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = $"How far back the curves go, 1 to {Limits.LoadSeconds}; 120 when left out",
        HelpName = "N",
        DefaultValueFactory = _ => 120,
    };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Limits.LoadSeconds)
            {
                result.AddError($"--seconds must be 1 to {Limits.LoadSeconds}");
            }
        });
        Command command = new("top", "Show hosts as curves of their load, and jobs, live") { Once, Seconds, Json };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            A curve is the host's run queue: threads that run or wait for a processor. All hosts have one scale.
            q or Ctrl-C ends. Other keys, as on the page of 'yado web': arrows or j k select a job, / searches, m moves it,
            d drains a host (what would go where comes first), u takes the last move back, ? or w says why it is where it
            is, Enter shows its processes, l its log, c saves it as a file, h lists the keys.

            Examples:
              yado top
              yado top --once --seconds 600
              yado hosts --history load.svg      the same curves as a drawing
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using Interruption interruption = new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, interruption.Token);
        using YadoClient daemon = await LocalDaemon.ConnectAsync(either.Token);
        int seconds = parsed.GetValue(Seconds);
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(await ClusterPicture.TakeAsync(daemon, seconds, either.Token), CliJson.Default.ClusterPicture));
            return;
        }

        bool canDraw = !Console.IsOutputRedirected && Output.Console.Profile.Capabilities.Ansi;
        if (parsed.GetValue(Once) || !canDraw)
        {
            if (!parsed.GetValue(Once))
            {
                Console.Error.WriteLine($"yado: {(Console.IsOutputRedirected ? "standard output is no terminal" : "this terminal can't be drawn on (TERM)")}: one picture, as with --once; programs read --json");
            }

            int width = Console.IsOutputRedirected ? UsualWidth : Output.Console.Profile.Width;
            foreach (string line in TopView.DrawAll(await ClusterPicture.TakeAsync(daemon, seconds, either.Token), width))
            {
                Console.WriteLine(line.TrimEnd());
            }

            return;
        }

        try
        {
            await new TopLoop(daemon, seconds).RunAsync(Output.Console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors, either.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }
    }
}
