namespace Yadokari.Scheduling.Policies;

/// <summary>Symmetrically initiated: senders look when load is low and receivers are many, receivers look when load is
/// high and senders are many; both do all the time.</summary>
public sealed class SymmetricPolicy(double margin, int probes) : IPlacementPolicy
{
    public string Name => "symmetric";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        AroundMean transfer = new(book, new Dice(view.Seed), margin, probes);
        transfer.Send();
        transfer.Receive();
        return book.ToPlan();
    }
}
