using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Scheduling;

namespace Yadokari.Daemon.Scheduling;

/// <summary>Makes the view of a round from what the hosts said. Pure.</summary>
public static class ViewBuilder
{
    /// <summary>Older than any limit: such a host gets nothing.</summary>
    private const double Never = 1e9;

    /// <param name="now">Seconds of the Unix clock.</param>
    /// <param name="under">Jobs whose move was ordered and is under way, with the host they go to: they count there.</param>
    public static ClusterView Build(
        double now, ulong seed, IReadOnlyList<HostInfo> hosts, IReadOnlyList<JobInfo> jobs, JobLedger ledger, MoveCosts costs, IReadOnlyDictionary<string, string> under)
    {
        HashSet<string> names = [.. hosts.Select(h => h.Name)];
        JobView[] views =
        [
            .. from job in jobs
               where names.Contains(job.Host) && job.State is JobState.Running or JobState.Moving
               orderby job.Id
               let target = under.GetValueOrDefault(job.Id)
               select new JobView
               {
                   Id = job.Id,
                   Host = target is not null && names.Contains(target) ? target : job.Host,
                   Age = Math.Max(0, now - (job.Started.ToUnixTimeMilliseconds() / 1000.0)),
                   CpuSeconds = ledger.CpuSeconds(job.Id),
                   MemoryBytes = job.MemoryBytes ?? 0,
                   CpuUse = job.CpuUse ?? 0,
                   Demand = job.Demand ?? 1,
                   Moves = job.Epoch - 1,
                   RecentMoves = ledger.RecentMoves(job.Id),
                   Residence = Math.Max(0, now - ledger.Since(job.Id)),
                   Pinned = target is not null || job.State == JobState.Moving || ledger.IsLeftAlone(job.Id, now),
                   MoveCost = costs.Estimate(job.MemoryBytes ?? 0),
               },
        ];
        ILookup<string, JobView> byHost = views.ToLookup(j => j.Host);
        return new ClusterView
        {
            Now = now,
            Seed = seed,
            Hosts = [.. hosts.OrderBy(h => h.Name, StringComparer.Ordinal).Select(h => Host(h, byHost[h.Name].Sum(j => j.Demand)))],
            Jobs = views,
        };
    }

    private static HostView Host(HostInfo host, double demand) => new()
    {
        Name = host.Name,
        Cpus = host.Load?.Capacity ?? host.CpuCount,
        // What the jobs ask for is counted where they are now, so that a move shows at once.
        RunQueue = demand + (host.Load?.OtherRunQueue ?? 0),
        Load = host.Load?.Load ?? host.Load1,
        MemoryTotal = host.MemoryTotal,
        MemoryAvailable = host.MemoryAvailable,
        CpuPressure = host.Load?.CpuPressure,
        MemoryPressure = host.Load?.MemoryPressure,
        OwnerPresent = host.Load?.OwnerPresent ?? false,
        Draining = host.Draining,
        FactsAge = host.Load?.Age ?? Never,
    };
}
