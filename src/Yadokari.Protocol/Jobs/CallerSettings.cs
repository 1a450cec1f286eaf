namespace Yadokari.Protocol.Jobs;

/// <summary>What a program inherits from the shell that it is started in, beside environment and directory: it is the caller's, not
/// the daemon's, also where a daemon starts it.</summary>
public sealed record CallerSettings
{
    /// <summary>Most resource limits there are (getrlimit(2) has 16).</summary>
    public const int MaxLimits = 32;

    /// <summary>Longest processor mask, bytes (sched_setaffinity(2)).</summary>
    public const int MaxProcessorBytes = 1024;

    /// <summary>Permission bits that new files do not get (umask(2)), 0 to 511.</summary>
    public required int Umask { get; init; }

    /// <summary>−20 to 19 (nice(2)); below that of the daemon only where it may.</summary>
    public required int Nice { get; init; }

    /// <summary>Processors it may run on, one bit each, little endian (sched_setaffinity(2)); null: all.</summary>
    public byte[]? Processors { get; init; }

    public required IReadOnlyList<CallerLimit> Limits { get; init; }
}
