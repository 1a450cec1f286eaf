using System.Collections.Concurrent;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>The jobs of all hosts, each once. A host that does not answer takes none of them out of sight: what it had is
/// <see cref="JobState.Unreachable"/>.</summary>
public sealed class JobCensus(JobTable jobs, JobViews views, MovableBook movable, PeerBook peers, JobFinder finder, HostSelf self)
{
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(3);

    /// <summary>What each host said last, by its address; for as long as this daemon runs.</summary>
    private readonly ConcurrentDictionary<string, SaidJobs> _lastSaid = new();

    /// <summary>The same of hosts that are asked only for what has changed.</summary>
    private readonly ConcurrentDictionary<string, SaidJobs> _lastChanges = new();

    /// <param name="look">Have jobs looked at, whether they can be moved.</param>
    /// <param name="rounded">Figures may be rounded, and of hosts is told what changes: then the others are asked only for what has changed.</param>
    public async Task<JobList> TakeAsync(bool look, bool rounded, CancellationToken cancellation)
    {
        Task looking = look ? LookAsync() : Task.CompletedTask;
        (PeerInfo Peer, IReadOnlyList<JobInfo>? Jobs)[] answers =
            await Task.WhenAll(peers.Addresses.Select(a => AskAsync(a, look, rounded, cancellation))).ConfigureAwait(false);
        List<PeerInfo> silent = [.. answers.Where(a => a.Jobs is null).Select(a => a.Peer)];
        HashSet<string> answering = [self.Name, .. answers.Where(a => a.Jobs is not null).Select(a => a.Peer.Host!.Name)];
        await looking.ConfigureAwait(false);
        IReadOnlyList<JobInfo> told = JobViews.Merge(
            [.. jobs.All.Select(e => views.Show(e.Record)), .. answers.SelectMany(a => a.Jobs ?? [])]);
        IReadOnlyList<DirectoryEntry> directory = await finder.ListAsync(cancellation).ConfigureAwait(false);
        return new JobList(
            Complete(
                told,
                new HashSet<string>([.. silent.Select(p => p.Address), .. silent.Select(p => p.Name).OfType<string>()]),
                silent.SelectMany(p => _lastSaid.GetValueOrDefault(p.Address)?.Jobs ?? []),
                directory.Where(e => !answering.Contains(e.Host)).Select(views.ShowElsewhere)),
            [.. silent.Select(p => p.Name ?? p.Address)])
        {
            Hosts = new HostList(peers.Self(), [.. answers.Select(a => a.Peer)]),
        };
    }

    /// <summary>Has the jobs of this host looked at.</summary>
    public Task LookAsync() => movable.AskAsync([.. jobs.All.Select(e => e.Record).Where(r => r.IsHere)]);

    /// <summary>Adds what hosts that do not answer have.</summary>
    /// <param name="told">What the others say, each job once.</param>
    /// <param name="silent">Names and addresses of the hosts that do not answer.</param>
    /// <param name="remembered">What those said last.</param>
    /// <param name="elsewhere">What the cluster's directory says of hosts that do not answer, as jobs that have moved there.</param>
    public static IReadOnlyList<JobInfo> Complete(
        IReadOnlyList<JobInfo> told, IReadOnlySet<string> silent, IEnumerable<JobInfo> remembered, IEnumerable<JobInfo> elsewhere)
    {
        // The directory knows where a job is, and not what it is.
        Dictionary<string, JobInfo> known = told.ToDictionary(j => j.Id);
        IEnumerable<JobInfo> all = JobViews.Merge(
        [
            .. told,
            .. remembered.Select(j => j.IsOver ? j : Unreachable(j, j.Host)),
            .. elsewhere.Select(j => Unreachable(known.GetValueOrDefault(j.Id) ?? j, j.MovedTo!) with { Epoch = j.Epoch + 1 }),
        ]);
        return
        [
            .. all.Select(j => j.State == JobState.Moved && (silent.Contains(j.MovedTo ?? "") || silent.Contains(j.MovedToAddress ?? ""))
                ? Unreachable(j, j.MovedTo ?? j.MovedToAddress!)
                : j),
        ];
    }

    private static JobInfo Unreachable(JobInfo job, string host) => job with
    {
        State = JobState.Unreachable,
        Host = host,
        Ended = null,
        Pid = null,
        MemoryBytes = null,
        CpuSeconds = null,
        CpuUse = null,
        Demand = null,
        UnderWay = null,
        Movable = null,
        Obstacles = null,
        Note = $"host {host} does not answer: what became of it is not known",
    };

    /// <returns>No jobs: no answer.</returns>
    private async Task<(PeerInfo Peer, IReadOnlyList<JobInfo>? Jobs)> AskAsync(string address, bool look, bool rounded, CancellationToken cancellation)
    {
        SaidJobs before = (rounded ? _lastChanges.GetValueOrDefault(address) : null) ?? SaidJobs.Nothing;
        (PeerInfo peer, JobList? list) = await peers.AskAsync(
            address,
            async client =>
            {
                JobList answer = await client.ListJobsAndHostsAsync(everywhere: false, rounded ? before.Version : null, look, cancellation, PeerPatience).ConfigureAwait(false);
                return (answer.Hosts!.Self, answer);
            }).ConfigureAwait(false);
        if (list is null)
        {
            return (peer, null);
        }
        SaidJobs said = before.With(list);
        _lastSaid[address] = said;
        if (rounded)
        {
            _lastChanges[address] = said;
        }
        return (peer, said.Jobs);
    }
}
