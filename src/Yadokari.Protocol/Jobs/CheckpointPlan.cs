namespace Yadokari.Protocol.Jobs;

/// <summary>How a job is saved while it runs; goes with it to every host.</summary>
/// <param name="EverySeconds">From one checkpoint to the next.</param>
/// <param name="Keep">How many are kept, 1 to <see cref="Limits.MaxCheckpoints"/>.</param>
/// <param name="Restart">It is resumed from the last one when its host died under it.</param>
public sealed record CheckpointPlan(double EverySeconds, int Keep, bool Restart);
