using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Services;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Draining;

/// <summary>The real host of this daemon.</summary>
public sealed class DrainedHost(
    JobTable jobs,
    IProcessTable processes,
    PeerBook peers,
    MoveSource source,
    ServiceMoveSource services,
    Func<bool> isExpecting,
    JobSaver saver,
    HomeDirectory home,
    CancellationToken stopping)
    : IDrainedHost
{
    private readonly Lock _lock = new();
    private (long BytesPerSecond, RateLimit Limit)? _rate;

    public IReadOnlyList<JobEntry> Running => [.. jobs.All.Where(e => e.Record.IsHere)];

    public IReadOnlyList<JobEntry> GoneSince(DateTimeOffset time) => [.. jobs.All.Where(e => !e.Record.IsHere && e.Record.Ended >= time)];

    public bool IsExpecting => isExpecting();

    public long BytesOf(JobRecord job) => processes.ResidentBytes(job.Main.Pid);

    public Task<IReadOnlyList<PeerInfo>> AskPeersAsync(CancellationToken cancellation) => peers.AskAllAsync(cancellation);

    public Task<MoveReport> MoveAsync(JobEntry job, HostPlace place, long? bytesPerSecond, CancellationToken cancellation) =>
        job.Record.Service is null
            ? source.MoveAsync(job, place, new Unseen(), cancellation, stopping, LimitOf(bytesPerSecond))
            : services.MoveAsync(job, place, new Unseen(), cancellation, stopping);

    public Task<JobCheckpoint> SaveAsync(JobEntry job, string? directory, CancellationToken cancellation) =>
        saver.SaveAsync(job, directory ?? home.Saved, cancellation);

    /// <summary>All moves of a drain share one.</summary>
    private RateLimit? LimitOf(long? bytesPerSecond)
    {
        lock (_lock)
        {
            if (bytesPerSecond is { } wanted && _rate?.BytesPerSecond != wanted)
            {
                _rate = (wanted, new RateLimit(wanted));
            }
            return bytesPerSecond is null ? null : _rate?.Limit;
        }
    }

    private sealed class Unseen : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value)
        {
        }
    }
}
