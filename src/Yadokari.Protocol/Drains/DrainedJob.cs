using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Drains;

/// <summary>One job of a drained host and where it is now.</summary>
public sealed record DrainedJob
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required DrainOutcome Outcome { get; init; }

    /// <summary>Name of the host it moved to.</summary>
    public string? Host { get; init; }

    /// <summary>The context file of a saved job.</summary>
    public string? File { get; init; }

    /// <summary>Why it did not move, one line.</summary>
    public string? Detail { get; init; }

    /// <summary>Each reason why it can't be carried.</summary>
    public IReadOnlyList<ObstacleInfo> Obstacles { get; init; } = [];

    /// <summary>Bytes sent or written.</summary>
    public long Bytes { get; init; }

    /// <summary>How long it stood still; null unless it moved.</summary>
    public double? DowntimeMilliseconds { get; init; }
}
