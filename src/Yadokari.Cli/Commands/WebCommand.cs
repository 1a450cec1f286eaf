using System.CommandLine;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Web;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado web</c>: hosts and jobs as a page in a browser on this machine.</summary>
public static class WebCommand
{
    private static readonly TimeSpan UsualLeave = TimeSpan.FromMinutes(10);

    private static readonly Option<int> Port = new("--port") { Description = "Port of 127.0.0.1; any free one when left out", HelpName = "PORT" };

    private static readonly Option<TimeSpan?> LeaveAfter = Quantity.DurationOption("--leave-after", "End when no browser has watched for so long; 10m when left out");

    private static readonly Option<bool> NoOpen = new("--no-open") { Description = "Print the address only; else a browser is opened where there is a desktop" };

    public static Command Create()
    {
        Port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > ushort.MaxValue)
            {
                result.AddError("--port must be 0 to 65535");
            }
        });
        Command command = new("web", "Show hosts and jobs as a page, where jobs can be moved and hosts drained") { Port, LeaveAfter, NoOpen };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            The page is served on this machine only (127.0.0.1). The address opens it once, in one browser; it shows and moves the
            jobs of the user who runs this command, and ends with it. On the page, h tells the keys. From another machine it is
            reached by ssh.

            Examples:
              yado web
              yado web --port 8080 --leave-after 8h
              ssh -L 8080:127.0.0.1:8080 hostA yado web --port 8080
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using Interruption interruption = new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, interruption.Token);
        using YadoClient daemon = await LocalDaemon.ConnectAsync(either.Token);
        HomeDirectory home = HomeDirectory.Default();
        using BrowserOpening browser = new(home.Path);
        WebOptions options = new(home.Socket, parsed.GetValue(Port), parsed.GetValue(LeaveAfter) ?? UsualLeave)
        {
            OnReady = address =>
            {
                Console.WriteLine(address);
                if (!parsed.GetValue(NoOpen) && !Console.IsOutputRedirected)
                {
                    browser.TryOpen(address);
                }
            },
        };
        if (await WebServer.RunAsync(options, either.Token))
        {
            Console.Error.WriteLine("yado: no browser has watched for a while: the page is closed");
        }
    }
}
