using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Scheduling;

/// <summary>The lowest instance id among the hosts that answer: nobody needs to be asked, and a dead one is replaced in the next
/// round. On both sides of a cut network one decides, for the hosts it reaches.</summary>
public sealed class LowestInstanceElection : ISchedulerElection
{
    public bool NeedsOthers => true;

    public ValueTask<string?> FindAsync(HostInfo self, IReadOnlyList<HostInfo> others, CancellationToken cancellation) =>
        ValueTask.FromResult(others.Append(self).Select(h => h.Instance).Min(StringComparer.Ordinal));
}
