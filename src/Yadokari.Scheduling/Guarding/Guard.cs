namespace Yadokari.Scheduling.Guarding;

/// <summary>
/// Stands before and behind every policy. Before: marks what must not be moved and where nothing may go, so that a
/// policy does not waste its plan on it. Behind: trusts nothing, as a policy may be anybody's program.
/// </summary>
public sealed class Guard(GuardSettings settings)
{
    private const int ShownCharacters = 40;

    /// <summary>The view that the policy gets.</summary>
    public ClusterView Prepare(ClusterView view) => view with
    {
        Hosts = [.. view.Hosts.Select(h => h with { Closed = h.Closed || IsClosed(h), MemoryAvailable = Room(h) })],
        Jobs = [.. view.Jobs.Select(j => j with { Pinned = j.Pinned || MustStay(j) })],
    };

    /// <summary>Lets through what the policy may do.</summary>
    /// <param name="view">As <see cref="Prepare"/> made it.</param>
    /// <param name="plan">Whatever came back.</param>
    public GuardedPlan Check(ClusterView view, Plan plan)
    {
        Dictionary<string, HostView> hosts = view.Hosts.DistinctBy(h => h.Name).ToDictionary(h => h.Name);
        Dictionary<string, JobView> jobs = view.Jobs.DistinctBy(j => j.Id).ToDictionary(j => j.Id);
        Dictionary<string, long> memory = hosts.ToDictionary(h => h.Key, h => h.Value.MemoryAvailable);
        HashSet<string> planned = [];
        List<PlannedMove> allowed = [];
        List<RefusedMove> refused = [];
        foreach (PlannedMove move in plan.Moves)
        {
            if (WhyNot(move) is { } why)
            {
                refused.Add(new RefusedMove(Shorten(move.Job), Shorten(move.Host), why));
                continue;
            }
            memory[move.Host] -= jobs[move.Job].MemoryBytes;
            planned.Add(move.Job);
            allowed.Add(move);
        }
        return new GuardedPlan(allowed, refused);

        string? WhyNot(PlannedMove move)
        {
            if (!jobs.TryGetValue(move.Job, out JobView? job))
            {
                return "no such job";
            }
            if (!hosts.TryGetValue(move.Host, out HostView? host))
            {
                return "no such host";
            }
            return job.Host == move.Host ? "the job is there already"
                : planned.Contains(move.Job) ? "the job is planned twice"
                : job.Pinned ? "the job must stay for now"
                : host.Draining ? "the host is draining"
                : host.Closed ? "the host takes nothing: it is full, or has not been heard of lately"
                : memory[move.Host] < job.MemoryBytes ? "the host has not enough memory"
                : allowed.Count >= settings.AtOnce ? $"more than {settings.AtOnce} moves at once"
                : null;
        }
    }

    private bool IsClosed(HostView host) => host.FactsAge > settings.Stale || Room(host) <= 0;

    private bool MustStay(JobView job) => job.RecentMoves >= settings.PerJob || (job.Moves > 0 && job.Residence < settings.Residence);

    private long Room(HostView host) => Math.Max(0, host.MemoryAvailable - (long)(settings.Reserve * host.MemoryTotal));

    private static string Shorten(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
}
