using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Jobs;

/// <summary>What a move of a job would say now.</summary>
public sealed record JobCheck
{
    public required string Job { get; init; }

    /// <summary>Where it runs.</summary>
    public required string Host { get; init; }

    public required int Pid { get; init; }

    /// <summary>What stands in the way of any move; empty: nothing that can be seen while it runs.</summary>
    public required IReadOnlyList<ObstacleInfo> Obstacles { get; init; }

    /// <summary>Names of the obstacles that only a job that stands still can have found.</summary>
    public required IReadOnlyList<string> Unseen { get; init; }

    /// <summary>The host that was asked; null: none.</summary>
    public string? Target { get; init; }

    /// <summary>Why that refuses the job, or what it lacks.</summary>
    public IReadOnlyList<ObstacleInfo> Refusals { get; init; } = [];

    /// <summary>It takes no jobs from this host at all, and says so; it was not asked more.</summary>
    public string? RefusedAll { get; init; }
}
