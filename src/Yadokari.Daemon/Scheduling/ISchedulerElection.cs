using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Scheduling;

/// <summary>Which of the hosts decides for all. Two that decide at once do no harm, as a move is decided by its source and
/// target alone; they only work against each other.</summary>
public interface ISchedulerElection
{
    /// <summary>It can't be said without asking all others.</summary>
    bool NeedsOthers { get; }

    /// <summary>The instance that decides this round; null: nobody.</summary>
    /// <param name="self">The host that asks.</param>
    /// <param name="others">Hosts that answered just now; left out (empty) when they are not needed.</param>
    ValueTask<string?> FindAsync(HostInfo self, IReadOnlyList<HostInfo> others, CancellationToken cancellation);
}
