namespace Yadokari.Protocol.Errors;

/// <summary>A reason why a job can't be checkpointed, or can't be resumed on a host.</summary>
/// <param name="Name">Stable, for scripts.</param>
/// <param name="Detail">One line without a final stop.</param>
public sealed record ObstacleInfo(string Name, string Detail);
