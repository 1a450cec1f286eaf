using System.CommandLine;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado host</c>: the daemon.</summary>
public static class HostCommand
{
    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where other hosts reach it; nowhere when left out. Needs a certificate",
        HelpName = "ADDRESS:PORT",
    };

    private static readonly Option<string[]> Peer = new("--peer")
    {
        Description = "Another host; may be given several times. Needs a certificate",
        HelpName = "ADDRESS:PORT",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Cluster = new("--cluster")
    {
        Description = "Where the hosts of a cluster agree: etcd, or a file that daemons of one machine share; none: leave it",
        HelpName = "etcd://ADDR:PORT[,…]|sqlite:///PATH|none",
    };

    private static readonly Option<string?> Name = new("--name") { Description = "Name of the host; that of the machine when left out", HelpName = "NAME" };

    private static readonly Option<string?> Accept = new("--accept")
    {
        Description = "What other hosts may ask of this one: move, start, signal, send, drain, policy, logs; all; none. When left out: all for an ordinary user, none for root",
        HelpName = "ACT[,ACT…]",
    };

    private static readonly Option<string?> AcceptUsers = new("--accept-users")
    {
        Description = "For which users programs of other hosts run here; all. When left out: the daemon's own, but not root",
        HelpName = "USER[,USER…]",
    };

    private static readonly Option<string?> Via = new("--via")
    {
        Description = "A directory that other hosts see too (NFS): jobs move through it to and from those that name it as well, and nothing is sent; none: no more",
        HelpName = "DIR",
    };

    private static readonly Option<string?> OnSpotNotice = new("--on-spot-notice")
    {
        Description = "A shell command that ends with 0 when this host is about to be taken away: it is drained then; any other end runs it again after 5 s",
        HelpName = "COMMAND",
    };

    private static readonly Option<TimeSpan?> DrainWithin = Quantity.DurationOption(
        "--drain-within", "How long a drain may take that SIGUSR2 or a spot notice starts; 60s when left out");

    /// <summary>Given by <see cref="DaemonLauncher"/>.</summary>
    private static readonly Option<bool> OnDemand = new(DaemonLauncher.OnDemandOption) { Hidden = true };

    private const int Attempts = 5;

    public static Command Create()
    {
        Command command = new("host", "Run the daemon of this host in the foreground; on one machine it starts by itself when needed")
        {
            HostControl.Status(), HostControl.Stop(), HostControl.Restart(),
            Listen, Peer, Cluster, Name, Accept, AcceptUsers, Via, OnSpotNotice, DrainWithin, OnDemand,
        };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            Jobs outlive their daemon: when it is started again it knows them. It keeps everything in YADO_HOME,
            else /var/lib/yadokari for root, else ~/.local/state/yadokari.
            Programs of this machine reach it by a unix socket, and of them only its own user's and root's. Other hosts reach
            it, and are spoken to, only with certificates ('yado cluster'), also at 127.0.0.1.
            SIGUSR2 drains this host, as 'yado drain' does.
            A daemon that has started by itself gives way to this one.

            What other hosts may ask besides looking is said with --accept: that jobs are moved here (move), programs started
            (start), jobs here signalled (signal) or moved elsewhere (send), the host drained (drain), their placement policy
            followed (policy), output read (logs). A daemon of root accepts nothing until told, and runs no job of root's for
            others without '--accept-users root'.

            In a cluster the hosts find each other, and each finds every job, without --peer.

            Examples:
              yado host status
              yado host --listen 10.0.0.2:1991 --cluster etcd://10.0.0.1:2379
              yado host --listen 10.0.0.2:1991 --peer 10.0.0.1:1991 --accept move,send,drain --accept-users root
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using Interruption interruption = new();
        HomeDirectory home = HomeDirectory.Default();
        bool onDemand = parsed.GetValue(OnDemand);
        for (int attempt = 1; ; attempt++)
        {
            if (!onDemand)
            {
                await RunningDaemon.ReplaceOnDemandAsync(home, interruption.Token);
            }

            try
            {
                await HostDaemon.RunAsync(OptionsOf(parsed, home, onDemand), interruption.Token);
                return;
            }
            catch (YadoException) when (!onDemand && attempt < Attempts)
            {
                // Another command may have been quicker to start one.
                if (!await RunningDaemon.IsOnDemandAsync(home, interruption.Token))
                {
                    throw;
                }
            }
        }
    }

    private static HostOptions OptionsOf(ParseResult parsed, HomeDirectory home, bool onDemand) => new()
    {
        Home = home,
        OnDemand = onDemand,
        Listen = parsed.GetValue(Listen),
        Peers = parsed.GetValue(Peer) ?? [],
        Cluster = parsed.GetValue(Cluster),
        Name = parsed.GetValue(Name),
        Accept = parsed.GetValue(Accept),
        AcceptUsers = parsed.GetValue(AcceptUsers),
        Via = parsed.GetValue(Via),
        OnSpotNotice = parsed.GetValue(OnSpotNotice),
        DrainWithin = parsed.GetValue(DrainWithin) ?? TimeSpan.FromSeconds(60),
        OnReady = address => Console.WriteLine($"ready, {(address is null ? "for this machine only" : $"listening on {address}")}"),
    };
}
