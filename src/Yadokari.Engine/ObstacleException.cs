namespace Yadokari.Engine;

/// <summary>The process can't be checkpointed; every reason at once. It runs on unharmed (exit status 3).</summary>
public sealed class ObstacleException(int pid, IReadOnlyList<Obstacle> obstacles)
    : Exception($"process {pid} can't be checkpointed: {string.Join("; ", obstacles)}")
{
    public int Pid { get; } = pid;

    public IReadOnlyList<Obstacle> Obstacles { get; } = obstacles;

    /// <summary>They were found when it stood still already; else it was not touched.</summary>
    public bool StoodStill { get; init; }
}
