using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Cluster;

/// <summary>Without a cluster each host's own journal is all there is: the source alone decides.</summary>
public sealed class LocalDirectory : IJobDirectory
{
    public bool IsShared => false;

    public Task CheckOwnedAsync(JobRecord job, CancellationToken cancellation) => Task.CompletedTask;

    public Task<bool> CommitAsync(MoveRecord move, CancellationToken cancellation) => Task.FromResult(true);

    public Task<MoveVerdict> VerdictAsync(MoveRecord move, CancellationToken cancellation) => Task.FromResult(MoveVerdict.Pending);

    public Task<DirectoryEntry?> FindAsync(string job, CancellationToken cancellation) => Task.FromResult<DirectoryEntry?>(null);

    public Task<IReadOnlyList<DirectoryEntry>> ListAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DirectoryEntry>>([]);
}
