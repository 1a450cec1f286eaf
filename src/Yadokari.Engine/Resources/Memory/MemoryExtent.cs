using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// A range of a process's memory that has one place in the context file from the first round on. A later round writes over it;
/// what is not held is zeros in the file. In pieces as a <see cref="MemorySegment"/>'s checksum has them, a bit for each page.
/// Pages of one piece are stored by one thread at a time.
/// </summary>
internal sealed class MemoryExtent
{
    public const int PagesOfPiece = PageSums.PagesOfPiece;

    private readonly uint[] values;
    private readonly uint[] tail;
    private readonly uint[] sums;
    private readonly byte[] held;
    private readonly byte[] zero;
    private readonly bool[] stale;

    /// <param name="start">Its first byte in memory.</param>
    /// <param name="pages">How many.</param>
    /// <param name="fileOffset">Its place.</param>
    public MemoryExtent(ulong start, int pages, long fileOffset)
    {
        Start = start;
        Pages = pages;
        FileOffset = fileOffset;
        Pieces = (pages + PagesOfPiece - 1) / PagesOfPiece;
        int whole = pages / PagesOfPiece;
        values = new uint[whole * PagesOfPiece];
        tail = new uint[pages % PagesOfPiece * PageSums.BlocksOfPage];
        sums = new uint[Pieces];
        held = new byte[Pieces];
        zero = new byte[Pieces];
        stale = new bool[Pieces];
    }

    public ulong Start { get; }

    public int Pages { get; }

    public long FileOffset { get; }

    public int Pieces { get; }

    public ulong End => Start + ((ulong)Pages * RemoteAddress.PageSize);

    public ulong PieceStart(int piece) => Start + ((ulong)piece * ReadBuffer.Piece);

    public ulong PieceEnd(int piece) => Math.Min(PieceStart(piece + 1), End);

    /// <summary>Its pages whose bytes are in the file.</summary>
    public int Held(int piece) => held[piece];

    /// <summary>Its pages known to be zeros.</summary>
    public int Zero(int piece) => zero[piece];

    public bool IsHeld(int page) => (held[page / PagesOfPiece] >> (page % PagesOfPiece) & 1) != 0;

    /// <summary>A page's bytes are in the file.</summary>
    public void Hold(int page, ReadOnlySpan<byte> bytes)
    {
        if (page < values.Length)
        {
            values[page] = PageSums.OfPage(bytes);
        }
        else
        {
            PageSums.OfBlocks(bytes, TailOf(page));
        }

        Mark(page, isHeld: true, isZero: false);
    }

    /// <summary>A page is zeros in the file.</summary>
    /// <param name="known">So it was in memory; false: that is not known.</param>
    public void Clear(int page, bool known)
    {
        if (page < values.Length)
        {
            values[page] = 0;
        }
        else
        {
            TailOf(page).Clear();
        }

        Mark(page, isHeld: false, isZero: known);
    }

    /// <summary>The checksum of what the file has of a piece.</summary>
    public uint Sum(int piece)
    {
        if (stale[piece])
        {
            int first = piece * PagesOfPiece;
            sums[piece] = first < values.Length ? PageSums.OfPiece(values.AsSpan(first, PagesOfPiece)) : PageSums.OfShortPiece(tail);
            stale[piece] = false;
        }

        return sums[piece];
    }

    private Span<uint> TailOf(int page) => tail.AsSpan((page - values.Length) * PageSums.BlocksOfPage, PageSums.BlocksOfPage);

    private void Mark(int page, bool isHeld, bool isZero)
    {
        int piece = page / PagesOfPiece;
        int bit = 1 << (page % PagesOfPiece);
        held[piece] = (byte)(isHeld ? held[piece] | bit : held[piece] & ~bit);
        zero[piece] = (byte)(isZero ? zero[piece] | bit : zero[piece] & ~bit);
        stale[piece] = true;
    }
}
