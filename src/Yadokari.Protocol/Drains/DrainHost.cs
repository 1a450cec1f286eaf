namespace Yadokari.Protocol.Drains;

/// <summary>Empties a host: it takes no more jobs, and those it has leave.</summary>
public sealed record DrainHost
{
    /// <summary>Seconds in which it must be empty; null: as long as it takes. What has not left after three quarters
    /// of them is saved.</summary>
    public double? WithinSeconds { get; init; }

    /// <summary>Bytes a second that all moves together may send; null: no bound.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Absolute path of the directory for the context files of jobs that can't move; null: the daemon's own.</summary>
    public string? SaveTo { get; init; }

    /// <summary>What becomes of TCP connections to outside: refuse, reset, reset:PORT,PORT…; null: as each job was told at its start.</summary>
    public string? Tcp { get; init; }

    /// <summary>Jobs that can't move run on here instead of being saved.</summary>
    public bool Keep { get; init; }
}
