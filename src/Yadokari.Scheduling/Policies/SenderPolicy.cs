namespace Yadokari.Scheduling.Policies;

/// <summary>Sender-initiated: hosts above the mean load look for hosts below it.</summary>
public sealed class SenderPolicy(double margin, int probes) : IPlacementPolicy
{
    public string Name => "sender";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        new AroundMean(book, new Dice(view.Seed), margin, probes).Send();
        return book.ToPlan();
    }
}
