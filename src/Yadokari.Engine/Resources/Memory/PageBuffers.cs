using System.Buffers;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Buffers for pages of a process, as large as a segment may be. They are kept: a new one costs more in a pause, by the first use
/// of each of its own pages, than the copy that is made in it.</summary>
internal static class PageBuffers
{
    private static readonly ArrayPool<byte> Kept = ArrayPool<byte>.Create(MemorySegment.MaxLength, maxArraysPerBucket: 8);

    /// <summary>At least <see cref="MemorySegment.MaxLength"/> bytes of anything; any thread.</summary>
    public static byte[] Take() => Kept.Rent(MemorySegment.MaxLength);

    /// <summary>Whoever took it has no use for it any more.</summary>
    public static void GiveBack(byte[] buffer) => Kept.Return(buffer);
}
