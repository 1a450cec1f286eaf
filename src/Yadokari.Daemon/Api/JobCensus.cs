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
    private readonly ConcurrentDictionary<string, IReadOnlyList<JobInfo>> _lastSaid = new();

    /// <param name="look">Have jobs looked at, whether they can be moved.</param>
    public async Task<JobList> TakeAsync(bool look, CancellationToken cancellation)
    {
        Task looking = look ? LookAsync() : Task.CompletedTask;
        IReadOnlyList<PeerInfo> known = await peers.AskAllAsync(cancellation).ConfigureAwait(false);
        (PeerInfo Peer, IReadOnlyList<JobInfo>? Jobs)[] answers =
            await Task.WhenAll(known.Select(async p => (p, await JobsOfAsync(p, look, cancellation).ConfigureAwait(false)))).ConfigureAwait(false);
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
                silent.SelectMany(p => _lastSaid.GetValueOrDefault(p.Address) ?? []),
                directory.Where(e => !answering.Contains(e.Host)).Select(views.ShowElsewhere)),
            [.. silent.Select(p => p.Name ?? p.Address)]);
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

    /// <summary>Null: no answer.</summary>
    private async Task<IReadOnlyList<JobInfo>?> JobsOfAsync(PeerInfo peer, bool look, CancellationToken cancellation)
    {
        if (peer.Host is null)
        {
            return null;
        }
        using YadoClient client = YadoClient.ForAddress(peer.Address, name: peer.Name);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(PeerPatience);
        try
        {
            IReadOnlyList<JobInfo> said = (await client.ListJobsAsync(cancellation: limit.Token, movable: look).ConfigureAwait(false)).Jobs;
            _lastSaid[peer.Address] = said;
            return said;
        }
        catch (Exception failure) when (failure is YadoException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
