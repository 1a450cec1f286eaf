namespace Yadokari.Engine.Restore;

/// <summary>Where a reader of pages in the stub keeps a piece of them and its own few words, see <see cref="OperationKind.ReadChecked"/>.
/// Each reader has its own.</summary>
public static class ReadBuffer
{
    /// <summary>Bytes of a piece, a multiple of 32; a segment's checksum is made over its pieces.</summary>
    public const int Piece = 32 * 1024;

    /// <summary>Bytes before the piece, for the reader's own words.</summary>
    public const int Head = 64;

    /// <summary>Bytes of a buffer: whole pages.</summary>
    public const int Length = Piece + 4096;

    /// <summary>As many read at the same time.</summary>
    public const int Count = 2;

    /// <summary>Bytes of all of them.</summary>
    public const int AllLength = Count * Length;
}
