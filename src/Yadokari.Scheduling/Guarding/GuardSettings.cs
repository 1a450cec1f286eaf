namespace Yadokari.Scheduling.Guarding;

/// <summary>Bounds on every policy: they keep jobs from being thrown to and fro.</summary>
public sealed record GuardSettings
{
    /// <summary>Seconds a job stays on a host before it may be moved on (a new job: none).</summary>
    public double Residence { get; init; } = 10;

    /// <summary>Moves of one job in an hour.</summary>
    public int PerJob { get; init; } = 12;

    /// <summary>Moves under way at once.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Seconds after which what a host said counts no more.</summary>
    public double Stale { get; init; } = 15;

    /// <summary>Share of a host's memory that is kept free, 0–1.</summary>
    public double Reserve { get; init; } = 0.05;
}
