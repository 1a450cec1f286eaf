using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Yadokari.Engine.Restore;

/// <summary>The checksum of pages and of the control segment: four CRC-32C lanes over the quarters of the bytes,
/// then the lanes in turn. Fast on any x86-64-v2, and simple enough for the interpreter.</summary>
public static class Checksum
{
    /// <summary>Of a segment of pages: the checksums of its pieces of <see cref="ReadBuffer.Piece"/> bytes, fed into one more lane.</summary>
    /// <param name="bytes">Their count must be a multiple of 32.</param>
    public static uint OfSegment(ReadOnlySpan<byte> bytes)
    {
        ulong all = uint.MaxValue;
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(ReadBuffer.Piece, bytes.Length)];
            all = Sse42.X64.Crc32(all, Compute(piece));
            bytes = bytes[piece.Length..];
        }

        return (uint)all;
    }

    /// <remarks>Never in the first tier's code, ten times slower: it has these instructions compiled at run time, and would be
    /// replaced only after some calls, which is in the middle of a capture.</remarks>
    /// <param name="bytes">Their count must be a multiple of 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        int quarter = bytes.Length / 4;
        ulong a = uint.MaxValue;
        ulong b = uint.MaxValue;
        ulong c = uint.MaxValue;
        ulong d = uint.MaxValue;
        ReadOnlySpan<byte> one = bytes[..quarter];
        ReadOnlySpan<byte> two = bytes.Slice(quarter, quarter);
        ReadOnlySpan<byte> three = bytes.Slice(2 * quarter, quarter);
        ReadOnlySpan<byte> four = bytes.Slice(3 * quarter, quarter);
        for (int i = 0; i + 8 <= quarter; i += 8)
        {
            a = Sse42.X64.Crc32(a, BinaryPrimitives.ReadUInt64LittleEndian(one[i..]));
            b = Sse42.X64.Crc32(b, BinaryPrimitives.ReadUInt64LittleEndian(two[i..]));
            c = Sse42.X64.Crc32(c, BinaryPrimitives.ReadUInt64LittleEndian(three[i..]));
            d = Sse42.X64.Crc32(d, BinaryPrimitives.ReadUInt64LittleEndian(four[i..]));
        }

        return (uint)Sse42.X64.Crc32(Sse42.X64.Crc32(Sse42.X64.Crc32(a, b), c), d);
    }
}
