namespace Yadokari.Protocol.Wire;

/// <summary>A piece of a job's log.</summary>
/// <param name="IsErrors">From the error stream, else from the output stream.</param>
/// <param name="Offset">Where in that log it stands.</param>
public readonly record struct LogChunk(bool IsErrors, long Offset, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>No piece: it says that what was asked for before <see cref="Offset"/> is no longer kept.</summary>
    public bool IsGap => Bytes.IsEmpty;
}
