using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;

namespace Yadokari.Daemon.Store;

/// <summary>What a daemon must not forget: its jobs and the journal of its moves. Thread-safe.</summary>
public interface IHostStore
{
    /// <summary>Writes a job, a move or both, in one transaction.</summary>
    /// <param name="durable">On the disk before this returns (also when the power fails); else only safe from the
    /// daemon's own death.</param>
    /// <exception cref="StoreException">It could not be written; nothing was.</exception>
    void Save(JobRecord? job, MoveRecord? move, bool durable);

    /// <summary>Brings all that was saved to the disk. To save a record again that stands there already, durably, does not: nothing is
    /// written, so nothing is flushed.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    void Flush();

    IReadOnlyList<JobRecord> LoadJobs();

    IReadOnlyList<MoveRecord> LoadMoves();
}
