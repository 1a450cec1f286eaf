using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado hosts</c>: the hosts with their load.</summary>
public static class HostsCommand
{
    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("hosts", "List the hosts with their load") { Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
        HostList list = await daemon.GetHostsAsync(cancel);
        IReadOnlyList<PeerInfo> hosts =
        [
            new PeerInfo { Address = list.Self.Address ?? "-", Name = list.Self.Name, Host = list.Self },
            .. list.Peers.OrderBy(p => p.Name ?? p.Address, StringComparer.Ordinal),
        ];
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(hosts, CliJson.Default.IReadOnlyListPeerInfo));
            return;
        }

        Output.WriteTable(["HOST", "ADDRESS", "JOBS", "LOAD", "CPUS", "MEMORY FREE", "DISK FREE", "UP", "KERNEL"], hosts.Select(Row));
    }

    private static IReadOnlyList<string> Row(PeerInfo peer)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return peer.Host is { } host
            ?
            [
                host.Name + (host.Draining ? " (draining)" : ""),
                peer.Address,
                host.RunningJobs.ToString(invariant),
                host.Load1.ToString("0.00", invariant),
                host.CpuCount.ToString(invariant),
                Output.Size(host.MemoryAvailable),
                Output.Size(host.DiskFree),
                Output.Duration(TimeSpan.FromSeconds(host.UptimeSeconds)),
                host.Kernel,
            ]
            : [peer.Name ?? "?", peer.Address, "no answer", "", "", "", "", "", ""];
    }
}
