using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Draining;

/// <summary>Where a job of a drained host goes: room decides whether, load decides where. No I/O, no clock.</summary>
public static class DrainTargets
{
    /// <summary>The hosts that answer and take jobs of this one.</summary>
    public static IReadOnlyList<DrainCandidate> Accepting(IEnumerable<PeerInfo> peers, string ownInstance, uint uid) =>
    [
        .. from peer in peers
           let host = peer.Host
           where host is { Draining: false, ProtocolVersion: ProtocolVersion.Current } && host.Instance != ownInstance && host.Uid == uid
           group peer by host.Instance into same
           let one = same.First()
           select new DrainCandidate(
               one.Host!.Name, one.Address, one.Host.MemoryAvailable, one.Host.DiskFree, Math.Max(1, one.Host.CpuCount),
               Math.Max(one.Host.Load1, one.Host.RunningJobs)),
    ];

    /// <summary>The host with the least load for each processor among those with room; of equals the one with more memory,
    /// then the first by name.</summary>
    /// <param name="bytes">What the job needs, of memory and of disk.</param>
    /// <param name="except">Names of hosts that are not to be asked (again).</param>
    /// <returns>Null when there is none.</returns>
    public static DrainCandidate? Choose(long bytes, IEnumerable<DrainCandidate> hosts, IReadOnlySet<string> except) =>
        hosts.Where(h => !except.Contains(h.Name) && h.MemoryFree >= bytes && h.DiskFree >= bytes)
            .OrderBy(h => (h.Load + 1) / h.Cpus)
            .ThenByDescending(h => h.MemoryFree)
            .ThenBy(h => h.Name, StringComparer.Ordinal)
            .FirstOrDefault();
}
