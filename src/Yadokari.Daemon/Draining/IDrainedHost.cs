using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Draining;

/// <summary>What a drain does to its host, and what it sees of the others. A boundary: tests put a world of their own behind it.</summary>
public interface IDrainedHost
{
    /// <summary>Jobs that run here now.</summary>
    IReadOnlyList<JobEntry> Running { get; }

    /// <summary>Jobs that were here, and have ended or left since then.</summary>
    IReadOnlyList<JobEntry> GoneSince(DateTimeOffset time);

    /// <summary>A job that agreed on before the drain may still arrive.</summary>
    bool IsExpecting { get; }

    /// <summary>Each reason why it can't be carried; looks only.</summary>
    /// <exception cref="YadoException">It can't be looked at: it ends, or may not be traced.</exception>
    IReadOnlyList<ObstacleInfo> ObstaclesOf(JobEntry job);

    /// <summary>Bytes of memory that a job uses.</summary>
    long BytesOf(JobRecord job);

    Task<IReadOnlyList<PeerInfo>> AskPeersAsync(CancellationToken cancellation);

    /// <exception cref="Yadokari.Protocol.Errors.YadoException">It runs on here, unless its record says that it left.</exception>
    Task<MoveReport> MoveAsync(JobEntry job, HostPlace place, DrainHost request, CancellationToken cancellation);

    /// <exception cref="Yadokari.Protocol.Errors.YadoException">It runs on here.</exception>
    Task<JobCheckpoint> SaveAsync(JobEntry job, DrainHost request, CancellationToken cancellation);
}
