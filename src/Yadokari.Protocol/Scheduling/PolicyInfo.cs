namespace Yadokari.Protocol.Scheduling;

/// <summary>The placement policy, and what it has done.</summary>
public sealed record PolicyInfo
{
    public required ChoosePolicy Choice { get; init; }

    /// <summary>Every setting with its value.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Name of the host that decides for all, as the answering one sees it; null before the first round.</summary>
    public string? Scheduler { get; init; }

    /// <summary>Rounds that this host has decided since its daemon was started.</summary>
    public required long Rounds { get; init; }

    /// <summary>Moves that this host has ordered.</summary>
    public required long Ordered { get; init; }

    /// <summary>Those of them that failed; the jobs ran on.</summary>
    public required long Failed { get; init; }

    /// <summary>Planned moves that the guard refused.</summary>
    public required long Refused { get; init; }

    /// <summary>Milliseconds that the last round took, from asking the hosts to the plan.</summary>
    public double? LastRoundMilliseconds { get; init; }

    /// <summary>Why the last round failed, or what the policy's program did wrong.</summary>
    public string? Trouble { get; init; }

    /// <summary>Where every view and plan is logged on this host.</summary>
    public required string Log { get; init; }

    public required IReadOnlyList<PolicyDescription> Available { get; init; }
}
