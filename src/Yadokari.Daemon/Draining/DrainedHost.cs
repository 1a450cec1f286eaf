using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Services;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Draining;

/// <summary>The real host of this daemon.</summary>
public sealed class DrainedHost(
    IJobEngine engine,
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

    public IReadOnlyList<ObstacleInfo> ObstaclesOf(JobEntry job)
    {
        if (job.Record.Service is not null)
        {
            return [];
        }
        try
        {
            CaptureOptions options = LogStreams.Of(job.Record, processes, home, source.Relays.Find(job.Record.Id, job.Record.Epoch)).WithCaller(flushFiles: false);
            EngineCall.Run(() => engine.Open(job.Record.Main.Pid, options)).Dispose();
            return [];
        }
        catch (YadoException failure) when (failure.Obstacles.Count > 0)
        {
            return failure.Obstacles;
        }
    }

    public long BytesOf(JobRecord job) => processes.ResidentBytes(job.Main.Pid);

    public Task<IReadOnlyList<PeerInfo>> AskPeersAsync(CancellationToken cancellation) => peers.AskAllAsync(cancellation);

    public Task<MoveReport> MoveAsync(JobEntry job, HostPlace place, DrainHost request, CancellationToken cancellation) =>
        job.Record.Service is null
            ? source.MoveAsync(job, place, new Unseen(), cancellation, stopping, LimitOf(request.BytesPerSecond), tcp: request.Tcp)
            : services.MoveAsync(job, place, new Unseen(), cancellation, stopping);

    public Task<JobCheckpoint> SaveAsync(JobEntry job, DrainHost request, CancellationToken cancellation) =>
        saver.SaveAsync(job, request.SaveTo ?? home.Saved, request.Tcp, cancellation);

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
