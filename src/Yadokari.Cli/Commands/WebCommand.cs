using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Client;
using Yadokari.Web;
using Yadokari.Web.Entry;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado web</c>: hosts and jobs as a page in a browser.</summary>
public static class WebCommand
{
    private static readonly TimeSpan UsualLeave = TimeSpan.FromMinutes(10);

    private static readonly Option<int> Port = new("--port") { Description = "Port of 127.0.0.1; any free one when left out", HelpName = "PORT" };

    private static readonly Option<string?> Behind = new("--behind")
    {
        Description = "Serve it to a proxy on this machine, which shows it to browsers under this address",
        HelpName = "https://NAME[:PORT]",
    };

    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Serve it to other machines, by HTTPS with this host's certificate, and not on 127.0.0.1",
        HelpName = "ADDRESS:PORT",
    };

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
        Command command = new("web", "Show hosts and jobs as a page, where jobs can be moved and hosts drained") { Port, Behind, Listen, LeaveAfter, NoOpen };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Port) is not null && result.GetResult(Listen) is not null)
            {
                result.AddError("--port is of 127.0.0.1: with --listen the port is said there");
            }
        });
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            The page is served on this machine only (127.0.0.1), unless --listen says otherwise. The address opens it once, in one
            browser; it shows and moves the jobs of the user who runs this command, and ends with it. On the page, h tells the keys.

            From another machine it is reached by ssh; through a proxy on this machine that speaks HTTPS with browsers (--behind); or
            by HTTPS with the certificate that 'yado cluster init' or 'yado cluster join' gave this host (--listen), which a
            browser believes when it was told to believe the cluster's certificate.

            Examples:
              yado web
              yado web --port 8080 --leave-after 8h
              ssh -L 8080:127.0.0.1:8080 hostA yado web --port 8080
              yado web --port 8080 --behind https://jobs.example.org
              yado web --listen 10.0.0.1:8443
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        HomeDirectory home = HomeDirectory.Default();
        string? behind = parsed.GetValue(Behind) is { } outside ? PageOrigins.ParseOutside(outside) : null;
        SecuredEnd? secured = parsed.GetValue(Listen) is { } listen ? SecuredAt(listen, home) : null;
        using Interruption interruption = new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, interruption.Token);
        using YadoClient daemon = await LocalDaemon.ConnectAsync(either.Token);
        using BrowserOpening browser = new(home.Path);
        WebOptions options = new(home.Socket, parsed.GetValue(Port), parsed.GetValue(LeaveAfter) ?? UsualLeave)
        {
            Behind = behind,
            Secured = secured,
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

    /// <exception cref="CommandFailure">Not an address, or the host's certificate is not good for it.</exception>
    private static SecuredEnd SecuredAt(string listen, HomeDirectory home)
    {
        // A port is not left out: the well-known one is the daemon's.
        if (!IPEndPoint.TryParse(listen, out IPEndPoint? at) || !listen.EndsWith($":{at.Port}", StringComparison.Ordinal)
            || (at.AddressFamily == AddressFamily.InterNetworkV6 && listen[0] != '['))
        {
            throw new CommandFailure(ExitStatus.WrongUsage, $"cannot listen on '{listen}': give ADDRESS:PORT, e.g. 10.0.0.1:8443; names of machines are not looked up");
        }

        HostCredentials credentials = HostCredentials.Load(home) ?? throw new CommandFailure(
            ExitStatus.WrongUsage,
            $"cannot listen on {listen}: this host has no certificate, and without one the page is for this machine only; 'yado cluster init' or 'yado cluster join' gives it one");
        if (credentials.ExplainOwn(null) is { } reason)
        {
            throw new CommandFailure(ExitStatus.Failed, $"cannot listen on {listen}: this host's own certificate {reason}");
        }

        bool isAny = at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any);
        return !isAny && credentials.ExplainOwn(at.Address) is { } other
            ? throw new CommandFailure(ExitStatus.WrongUsage, $"cannot listen on {listen}: this host's own certificate {other}")
            : new SecuredEnd(at, CertificateCheck.Addresses(credentials.Certificate), credentials.ForStrangers);
    }
}
