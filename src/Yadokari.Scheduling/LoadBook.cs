namespace Yadokari.Scheduling;

/// <summary>A view together with the moves planned so far: the queues as they will be. What all policies share.</summary>
internal sealed class LoadBook
{
    /// <summary>Below this demand a job hardly runs: moving it balances nothing.</summary>
    private const double IdleDemand = 0.1;

    /// <summary>A smaller gain may be one of measurement, and would be undone in the next round; threads per processor.</summary>
    public const double Noise = 0.2;

    private readonly Dictionary<string, double> _queues = [];
    private readonly Dictionary<string, long> _memory = [];
    private readonly Dictionary<string, List<JobView>> _movable = [];
    private readonly List<PlannedMove> _moves = [];

    public LoadBook(ClusterView view)
    {
        Hosts = [.. view.Hosts.OrderBy(h => h.Name, StringComparer.Ordinal).DistinctBy(h => h.Name)];
        foreach (HostView host in Hosts)
        {
            _queues[host.Name] = host.RunQueue;
            _memory[host.Name] = host.MemoryAvailable;
            _movable[host.Name] = [];
        }
        foreach (JobView job in view.Jobs.OrderBy(j => j.Id, StringComparer.Ordinal).DistinctBy(j => j.Id))
        {
            if (!job.Pinned && _movable.TryGetValue(job.Host, out List<JobView>? there))
            {
                there.Add(job);
            }
        }
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<HostView> Hosts { get; }

    /// <summary>Threads per processor. A host with less than one processor counts as one: a single job on it waits for nobody.</summary>
    public double Queue(HostView host) => _queues[host.Name] / Width(host);

    /// <summary>Seconds on the clock for a second of processor time: 1 on a host with a processor for each, n on one processor
    /// that n share.</summary>
    public double Slowdown(HostView host) => Math.Max(1, _queues[host.Name] / host.Cpus);

    /// <summary>The same with one more job.</summary>
    public double SlowdownWith(HostView host, JobView job) => Math.Max(1, (_queues[host.Name] + job.Demand) / host.Cpus);

    /// <summary>What a job adds to the queue of a host.</summary>
    public static double Weight(JobView job, HostView host) => job.Demand / Width(host);

    /// <summary>Mean queue over the hosts that take jobs.</summary>
    public double MeanQueue
    {
        get
        {
            List<HostView> taking = [.. Hosts.Where(h => h.Accepts)];
            return taking.Count == 0 ? 0 : taking.Sum(h => _queues[h.Name]) / taking.Sum(Width);
        }
    }

    /// <summary>Hosts that take jobs, other than one.</summary>
    public IEnumerable<HostView> Others(HostView host) => Hosts.Where(h => h.Accepts && h.Name != host.Name);

    /// <summary>Jobs of a host that may be moved and aren't planned yet; a copy.</summary>
    public IReadOnlyList<JobView> Movable(HostView host) => [.. _movable[host.Name]];

    /// <summary>Those of them that compete for processors, the youngest first.</summary>
    public IReadOnlyList<JobView> Newest(HostView host) => [.. _movable[host.Name].Where(IsBusy).OrderBy(j => j.CpuSeconds)];

    /// <summary>Those of them that compete for processors, the oldest first.</summary>
    public IReadOnlyList<JobView> Oldest(HostView host) => [.. _movable[host.Name].Where(IsBusy).OrderByDescending(j => j.CpuSeconds)];

    public bool HasRoom(HostView host, JobView job) => _memory[host.Name] >= job.MemoryBytes;

    /// <summary>The move makes the job's share larger: the target's queue with it is clearly shorter than its own now.</summary>
    public bool Pays(HostView from, HostView to, JobView job) => HasRoom(to, job) && Queue(to) + Weight(job, to) + Noise < Queue(from);

    public void Move(JobView job, HostView from, HostView to, string reason)
    {
        _moves.Add(new PlannedMove(job.Id, to.Name, reason));
        _movable[from.Name].Remove(job);
        _queues[from.Name] = Math.Max(0, _queues[from.Name] - job.Demand);
        _queues[to.Name] += job.Demand;
        _memory[to.Name] -= job.MemoryBytes;
    }

    public Plan ToPlan() => new(_moves);

    private static bool IsBusy(JobView job) => job.Demand >= IdleDemand;

    private static double Width(HostView host) => Math.Max(1, host.Cpus);
}
