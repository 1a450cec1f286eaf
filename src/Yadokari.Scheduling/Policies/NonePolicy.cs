namespace Yadokari.Scheduling.Policies;

/// <summary>Jobs stay where they are.</summary>
public sealed class NonePolicy : IPlacementPolicy
{
    public string Name => "none";

    public Plan Decide(ClusterView view) => Plan.Nothing;
}
