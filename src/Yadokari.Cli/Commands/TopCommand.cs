using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Yadokari.Cli.Figures;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado top</c>: hosts as curves of their load, and jobs, live.</summary>
public static class TopCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often it looks for a pressed key.</summary>
    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

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
            q or Ctrl-C ends.

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

        if (parsed.GetValue(Once) || Console.IsOutputRedirected)
        {
            if (!parsed.GetValue(Once))
            {
                Console.Error.WriteLine("yado: standard output is no terminal: one picture, as with --once; programs read --json");
            }

            int width = Console.IsOutputRedirected ? UsualWidth : Output.Console.Profile.Width;
            foreach (string line in TopView.Draw(await ClusterPicture.TakeAsync(daemon, seconds, either.Token), width, int.MaxValue))
            {
                Console.WriteLine(line.TrimEnd());
            }

            return;
        }

        await ShowLiveAsync(daemon, seconds, either.Token);
    }

    private static async Task ShowLiveAsync(YadoClient daemon, int seconds, CancellationToken cancel)
    {
        IAnsiConsole console = Output.Console;
        try
        {
            await console.Live(new Text("…")).AutoClear(true).StartAsync(async live =>
            {
                do
                {
                    ClusterPicture picture = await ClusterPicture.TakeAsync(daemon, seconds, cancel);
                    live.UpdateTarget(new Text(string.Join('\n', TopView.Draw(picture, console.Profile.Width, console.Profile.Height - 1))));
                }
                while (!await WantsEndAsync(cancel));
            });
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
    }

    /// <summary>Waits for the next picture, or for the key that ends.</summary>
    private static async Task<bool> WantsEndAsync(CancellationToken cancel)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < Interval; waited += KeyInterval)
        {
            await Task.Delay(KeyInterval, cancel);
            while (!Console.IsInputRedirected && Console.KeyAvailable)
            {
                if (Console.ReadKey(intercept: true).KeyChar is 'q' or 'Q')
                {
                    return true;
                }
            }
        }

        return false;
    }
}
