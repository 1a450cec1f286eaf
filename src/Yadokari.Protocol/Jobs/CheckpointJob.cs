namespace Yadokari.Protocol.Jobs;

/// <summary>Saves a job as a context file. Local API only.</summary>
/// <param name="Path">Absolute; must not exist.</param>
/// <param name="LeaveRunning">The job goes on; else it ends when the file is complete.</param>
/// <param name="HoldSeconds">How long to wait for a program that holds itself in place; null: 30.</param>
/// <param name="Tcp">As <see cref="Moves.MoveJob.Tcp"/>.</param>
public sealed record CheckpointJob(string Path, bool LeaveRunning, double? HoldSeconds = null, string? Tcp = null);
