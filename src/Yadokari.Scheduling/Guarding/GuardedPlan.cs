namespace Yadokari.Scheduling.Guarding;

/// <summary>A plan after the guard has seen it.</summary>
public sealed record GuardedPlan(IReadOnlyList<PlannedMove> Moves, IReadOnlyList<RefusedMove> Refused);
