using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Cluster;

/// <summary>Which host has a job, where all hosts of a cluster look; its compare-and-set is the commit point of a move.</summary>
public interface IJobDirectory
{
    /// <summary>Others may have a say: a move is committed only when <see cref="CommitAsync"/> says so.</summary>
    bool IsShared { get; }

    /// <summary>This host may move this job away now: it is a member, and the directory says that it has the job.</summary>
    /// <exception cref="YadoException">It may not; one line says why. Nothing has changed.</exception>
    Task CheckOwnedAsync(JobRecord job, CancellationToken cancellation);

    /// <summary>Gives the job to the move's target. Called only when the copy here is dead. May be called again.</summary>
    /// <returns>False: another host has the job; the move is void.</returns>
    /// <exception cref="YadoException">The directory can't be reached: whether it was written is not known, ask again.</exception>
    Task<bool> CommitAsync(MoveRecord move, CancellationToken cancellation);

    /// <summary>What became of a move, for a target whose source is silent.</summary>
    /// <exception cref="YadoException">The directory can't be reached.</exception>
    Task<MoveVerdict> VerdictAsync(MoveRecord move, CancellationToken cancellation);

    /// <summary>Where a job is, by id or name; null when it is not known, or the name is not one job's.</summary>
    /// <exception cref="YadoException">The directory can't be reached.</exception>
    Task<DirectoryEntry?> FindAsync(string job, CancellationToken cancellation);

    /// <summary>Every job that is known.</summary>
    /// <exception cref="YadoException">The directory can't be reached.</exception>
    Task<IReadOnlyList<DirectoryEntry>> ListAsync(CancellationToken cancellation);
}
