namespace Yadokari.Engine.Checkpointing;

/// <summary>What can be seen of a job from outside while it runs.</summary>
/// <param name="Obstacles">All that stands in the way of a checkpoint now; empty: nothing that can be seen.</param>
/// <param name="Unseen">Names of the obstacles that only a job that stands still can have found.</param>
/// <param name="Needs">What a host must have to resume it, as another host's yado reads it.</param>
public sealed record JobLook(IReadOnlyList<Obstacle> Obstacles, IReadOnlyList<string> Unseen, byte[] Needs);
