namespace Yadokari.Scheduling;

/// <summary>A running job as the scheduler saw it last.</summary>
public sealed record JobView
{
    /// <summary>Unique in a view.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the host it runs on.</summary>
    public required string Host { get; init; }

    /// <summary>Seconds since it was started.</summary>
    public double Age { get; init; }

    /// <summary>Seconds of processor time it has used on all hosts: its age as far as the law of lifetimes goes.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Bytes it holds.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processors it used lately.</summary>
    public double CpuUse { get; init; }

    /// <summary>Threads of it that ran or waited for a processor lately: the processors it would use if it could.</summary>
    public double Demand { get; init; } = 1;

    /// <summary>Times it has been moved.</summary>
    public int Moves { get; init; }

    /// <summary>Times it has been moved in the last hour.</summary>
    public int RecentMoves { get; init; }

    /// <summary>Seconds since it came to its host; its age when it was started there.</summary>
    public double Residence { get; init; }

    /// <summary>It can't or must not be moved: an obstacle, a move under way, or the guard's word.</summary>
    public bool Pinned { get; init; }

    /// <summary>Seconds that it would stand still or be slowed by a move, from what earlier moves took.</summary>
    public double MoveCost { get; init; }
}
