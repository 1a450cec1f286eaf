using Yadokari.Scheduling.Guarding;

namespace Yadokari.Scheduling.Records;

/// <summary>One round as it is logged: all that is needed to decide it again.</summary>
public sealed record DecisionRecord
{
    /// <summary>The host that decided.</summary>
    public required string Scheduler { get; init; }

    /// <summary>Counts the rounds of a daemon.</summary>
    public required long Round { get; init; }

    public required string Policy { get; init; }

    /// <summary>As the user chose them.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What the policy saw.</summary>
    public required ClusterView View { get; init; }

    /// <summary>What it answered.</summary>
    public required Plan Plan { get; init; }

    /// <summary>What the guard did not let through.</summary>
    public required IReadOnlyList<RefusedMove> Refused { get; init; }

    /// <summary>What a policy's program did wrong.</summary>
    public string? Trouble { get; init; }
}
