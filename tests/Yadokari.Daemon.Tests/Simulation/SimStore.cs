using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;

namespace Yadokari.Daemon.Tests.Simulation;

public sealed class SimStore(SimDaemon daemon) : IHostStore
{
    public void Save(JobRecord? job, MoveRecord? move, bool durable) => daemon.Step(
        $"save {job?.State} {move?.Role} {move?.State.Phase}", () => daemon.Host.Disk.Save(job, move, durable), SimStepKind.Save);

    public void Flush() => daemon.Step("flush", daemon.Host.Disk.Flush, SimStepKind.Save);

    public IReadOnlyList<JobRecord> LoadJobs() => daemon.Host.Disk.Jobs();

    public IReadOnlyList<MoveRecord> LoadMoves() => daemon.Host.Disk.Moves();
}
