namespace Yadokari.Scheduling;

/// <summary>Decides which job should run where.</summary>
public interface IPlacementPolicy
{
    /// <summary>By which it is chosen.</summary>
    string Name { get; }

    /// <summary>The same view always gives the same plan, unless the policy is a program of somebody else.</summary>
    Plan Decide(ClusterView view);
}
