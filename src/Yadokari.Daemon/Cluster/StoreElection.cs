using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Cluster;

/// <summary>One of the members decides: who claimed the scheduler's key first, as long as its lease lives.</summary>
/// <param name="lease">This host's lease; null while it is fenced.</param>
public sealed class StoreElection(ICoordinationStore store, Func<long?> lease) : ISchedulerElection
{
    public bool NeedsOthers => false;

    /// <summary>The instance that decides now, this one if nobody does; null when that can't be known: then nobody does.</summary>
    public async ValueTask<string?> FindAsync(HostInfo self, IReadOnlyList<HostInfo> others, CancellationToken cancellation)
    {
        try
        {
            if (lease() is not { } own)
            {
                return null;
            }
            if (await store.GetAsync(ClusterKeys.Scheduler, cancellation).ConfigureAwait(false) is { } present)
            {
                return present.Value;
            }
            return await store.CompareAndSetAsync(ClusterKeys.Scheduler, 0, self.Instance, own, cancellation).ConfigureAwait(false) is not null
                ? self.Instance
                : (await store.GetAsync(ClusterKeys.Scheduler, cancellation).ConfigureAwait(false))?.Value;
        }
        catch (YadoException)
        {
            return null;
        }
    }
}
