namespace Yadokari.Scheduling.Policies;

/// <summary>Receiver-initiated: hosts below the mean load look for hosts above it. It needs moves of running jobs, and asks
/// when there is time to ask.</summary>
public sealed class ReceiverPolicy(double margin, int probes) : IPlacementPolicy
{
    public string Name => "receiver";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        new AroundMean(book, new Dice(view.Seed), margin, probes).Receive();
        return book.ToPlan();
    }
}
