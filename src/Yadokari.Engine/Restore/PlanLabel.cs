namespace Yadokari.Engine.Restore;

/// <summary>A place in the plan that jumps and clones name before it is known.</summary>
public sealed class PlanLabel(string name)
{
    public string Name { get; } = name;

    /// <summary>Index of the operation it stands before; -1 until placed.</summary>
    public int Position { get; internal set; } = -1;
}
