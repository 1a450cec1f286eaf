namespace Yadokari.Scheduling.Records;

/// <summary>A logged round decided again.</summary>
/// <param name="Logged">The plan of then.</param>
/// <param name="Again">The plan of now.</param>
public sealed record Replay(DecisionRecord Logged, Plan Again)
{
    public static Replay Of(DecisionRecord logged, IPlacementPolicy policy) => new(logged, policy.Decide(logged.View));

    /// <summary>Both want the same moves, in the same order; reasons are talk.</summary>
    public bool IsSame => Logged.Plan.Moves.Select(m => (m.Job, m.Host)).SequenceEqual(Again.Moves.Select(m => (m.Job, m.Host)));
}
