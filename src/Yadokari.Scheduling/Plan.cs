namespace Yadokari.Scheduling;

/// <summary>What a policy wants.</summary>
public sealed record Plan(IReadOnlyList<PlannedMove> Moves)
{
    public static Plan Nothing { get; } = new([]);
}
