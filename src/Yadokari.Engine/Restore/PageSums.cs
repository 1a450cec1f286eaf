using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The <see cref="Checksum"/> of a piece made of values kept for its pages, so that a page that changed costs one page. A CRC is
/// linear: that of bytes behind others is that of the others, moved on by as many zeros, xor that of the bytes with start value 0.
/// </summary>
internal static class PageSums
{
    /// <summary>Pages of a whole piece; each of its four lanes is two of them.</summary>
    public const int PagesOfPiece = ReadBuffer.Piece / RemoteAddress.PageSize;

    /// <summary>Blocks of a page in a shorter piece: its lanes are as many blocks as it has pages.</summary>
    public const int BlocksOfPage = 4;

    private const int Block = RemoteAddress.PageSize / BlocksOfPage;
    private const int Lanes = 4;

    private static readonly uint[] ByPage = Table(RemoteAddress.PageSize);
    private static readonly uint[] ByBlock = Table(Block);

    /// <summary>A lane's start value behind two pages of zeros.</summary>
    private static readonly uint Start = Move(ByPage, Move(ByPage, uint.MaxValue));

    /// <summary>The value of a page; that of zeros is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint OfPage(ReadOnlySpan<byte> page)
    {
        // Four at a time, since the instruction takes three cycles: then as if they followed one another.
        ulong a = 0, b = 0, c = 0, d = 0;
        ReadOnlySpan<byte> one = page[..Block], two = page.Slice(Block, Block), three = page.Slice(2 * Block, Block), four = page.Slice(3 * Block, Block);
        for (int i = 0; i + 8 <= Block; i += 8)
        {
            a = Sse42.X64.Crc32(a, BinaryPrimitives.ReadUInt64LittleEndian(one[i..]));
            b = Sse42.X64.Crc32(b, BinaryPrimitives.ReadUInt64LittleEndian(two[i..]));
            c = Sse42.X64.Crc32(c, BinaryPrimitives.ReadUInt64LittleEndian(three[i..]));
            d = Sse42.X64.Crc32(d, BinaryPrimitives.ReadUInt64LittleEndian(four[i..]));
        }

        return Move(ByBlock, Move(ByBlock, Move(ByBlock, (uint)a) ^ (uint)b) ^ (uint)c) ^ (uint)d;
    }

    /// <summary>The values of the blocks of a page that lies in a shorter piece.</summary>
    public static void OfBlocks(ReadOnlySpan<byte> page, Span<uint> values)
    {
        for (int block = 0; block < BlocksOfPage; block++)
        {
            ulong value = 0;
            for (int i = 0; i < Block; i += 8)
            {
                value = Sse42.X64.Crc32(value, BinaryPrimitives.ReadUInt64LittleEndian(page[((block * Block) + i)..]));
            }

            values[block] = (uint)value;
        }
    }

    /// <summary>The checksum of a whole piece.</summary>
    /// <param name="pages">Its pages' values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint OfPiece(ReadOnlySpan<uint> pages) => Join(
        Start ^ Move(ByPage, pages[0]) ^ pages[1],
        Start ^ Move(ByPage, pages[2]) ^ pages[3],
        Start ^ Move(ByPage, pages[4]) ^ pages[5],
        Start ^ Move(ByPage, pages[6]) ^ pages[7]);

    /// <summary>The checksum of a shorter piece.</summary>
    /// <param name="blocks">The values of all its blocks.</param>
    public static uint OfShortPiece(ReadOnlySpan<uint> blocks)
    {
        int length = blocks.Length / Lanes;
        Span<uint> lanes = stackalloc uint[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            uint value = uint.MaxValue;
            foreach (uint block in blocks.Slice(lane * length, length))
            {
                value = Move(ByBlock, value) ^ block;
            }

            lanes[lane] = value;
        }

        return Join(lanes[0], lanes[1], lanes[2], lanes[3]);
    }

    /// <summary>The checksum of a segment so far, with one more piece.</summary>
    public static uint Add(uint segment, uint piece) => (uint)Sse42.X64.Crc32(segment, piece);

    private static uint Join(uint a, uint b, uint c, uint d) => (uint)Sse42.X64.Crc32(Sse42.X64.Crc32(Sse42.X64.Crc32(a, b), c), d);

    private static uint Move(uint[] table, uint value) =>
        table[value & 0xff] ^ table[256 + (value >> 8 & 0xff)] ^ table[512 + (value >> 16 & 0xff)] ^ table[768 + (value >> 24)];

    /// <summary>What becomes of each byte of a value behind that many zeros.</summary>
    private static uint[] Table(int zeros)
    {
        uint[] table = new uint[4 * 256];
        for (int at = 0; at < 4; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                ulong value = 1u << ((8 * at) + bit);
                for (int i = 0; i < zeros; i += 8)
                {
                    value = Sse42.X64.Crc32(value, 0UL);
                }

                table[(256 * at) + (1 << bit)] = (uint)value;
            }

            for (int number = 1; number < 256; number++)
            {
                int low = number & -number;
                table[(256 * at) + number] = table[(256 * at) + low] ^ table[(256 * at) + (number ^ low)];
            }
        }

        return table;
    }
}
