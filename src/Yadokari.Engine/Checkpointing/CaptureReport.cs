namespace Yadokari.Engine.Checkpointing;

/// <summary>What a finished capture measured.</summary>
/// <param name="FileLength">Bytes of the context file.</param>
/// <param name="MemoryBytes">Bytes of process memory in it.</param>
/// <param name="Threads">Threads captured.</param>
/// <param name="FrozenAt">Wall clock when every thread stood still.</param>
/// <param name="Frozen">How long the process has stood still when the file was complete.</param>
public sealed record CaptureReport(long FileLength, long MemoryBytes, int Threads, DateTimeOffset FrozenAt, TimeSpan Frozen)
{
    /// <summary>What was copied before, while it ran.</summary>
    public IReadOnlyList<RoundReport> Rounds { get; init; } = [];

    /// <summary>Why memory was copied, all or in part, while it stood still though it could have been before; null: it was before.</summary>
    public string? WithoutRounds { get; init; }

    /// <summary>How often it was let run on before, since something was in the way for a moment.</summary>
    public int RanOn { get; init; }
}
