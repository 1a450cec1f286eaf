using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Web.Watching;

/// <summary>What is known of the cluster, and what is new since the last look. Pure: no clock, no I/O. One caller at a time.</summary>
public sealed class ClusterState
{
    private const int MostMoves = 500;

    private readonly Dictionary<string, PageJob> _jobs = [];
    private readonly List<PageMove> _moves = [];
    private IReadOnlyList<PageHost> _hosts = [];
    private PagePolicy? _policy;

    /// <summary>All that is known, for a page that comes.</summary>
    public PageChange Whole(long now) => new()
    {
        Whole = true,
        At = now,
        HomeDirectory = Environment.GetEnvironmentVariable("HOME"),
        Hosts = _hosts,
        Jobs = [.. _jobs.Values],
        Moves = [.. _moves],
        Policy = _policy,
    };

    /// <summary>Takes a look in; returns what is new by it.</summary>
    /// <param name="jobs">With their hosts; all of them, or what has changed since the last look.</param>
    /// <param name="policy">Null: not asked this time.</param>
    public PageChange Take(JobList jobs, PolicyInfo? policy, long now)
    {
        _hosts = [.. Hosts(jobs.Hosts!, now).OrderBy(h => h.Name, StringComparer.Ordinal)];
        PagePolicy? news = policy is null ? null : new PagePolicy(policy.Choice.Name, policy.Scheduler, policy.Trouble);
        bool same = news is null || news == _policy;
        _policy = news ?? _policy;
        List<PageJob> changed = [];
        List<PageMove> moves = [];
        HashSet<string> seen = [];
        foreach (PageJob job in jobs.Jobs.Select(PageJob.Of))
        {
            seen.Add(job.Id);
            _jobs.TryGetValue(job.Id, out PageJob? before);
            if (job == before)
            {
                continue;
            }
            changed.Add(job);
            _jobs[job.Id] = job;
            if (before is not null && before.Host != job.Host && job.Epoch > before.Epoch && Note(Seen(before, job, now)) is { } move)
            {
                moves.Add(move);
            }
        }
        string[] gone = jobs.After is null ? [.. _jobs.Keys.Where(id => !seen.Contains(id))] : [];
        foreach (string id in gone)
        {
            _jobs.Remove(id);
        }
        return new PageChange { At = now, Hosts = _hosts, Jobs = changed, Gone = gone, Moves = moves, Policy = same ? null : _policy };
    }

    /// <summary>A move that this program has ordered, or was told of.</summary>
    /// <returns>Null when nothing is new by it.</returns>
    public PageMove? Note(PageMove move)
    {
        int at = _moves.FindIndex(m => m.Job == move.Job && m.Epoch == move.Epoch);
        if (at >= 0)
        {
            // Seen before its figures were told.
            if (move.Downtime is null || _moves[at].Downtime is not null)
            {
                return null;
            }
            return _moves[at] = move;
        }
        _moves.Add(move);
        if (_moves.Count > MostMoves)
        {
            _moves.RemoveAt(0);
        }
        return move;
    }

    /// <summary>Where a job was when it was seen last; null: never seen.</summary>
    public PageJob? Job(string id) => _jobs.GetValueOrDefault(id);

    private static PageMove Seen(PageJob before, PageJob job, long now) =>
        new(job.Id, job.Name, before.Host, job.Host, job.Epoch, now, null, null, null, null, ByPage: false);

    private static IEnumerable<PageHost> Hosts(HostList list, long now)
    {
        yield return Of(list.Self, now) with { Self = true };
        foreach (PeerInfo peer in list.Peers)
        {
            yield return peer.Host is { } host
                ? Of(host, now)
                : new PageHost(peer.Name ?? peer.Address, false, false, 0, 0, 0, 0, 0, 0, false, false, 0, peer.Error ?? "it does not answer", now);
        }
    }

    private static PageHost Of(HostInfo host, long now) => new(
        host.Name, true, false, host.Load?.Capacity ?? host.CpuCount, Math.Round(host.Load?.RunQueue ?? host.Load1, 2), Math.Round(host.Load?.CpuUse ?? 0, 2),
        host.MemoryAvailable, host.MemoryTotal, host.RunningJobs, host.Draining, host.Load?.OwnerPresent ?? false, Math.Round(host.UptimeSeconds), null,
        now - (long)((host.Load?.Age ?? 0) * 1000));
}
