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

    private readonly uint[] _values;
    private readonly uint[] _tail;
    private readonly uint[] _sums;
    private readonly byte[] _held;
    private readonly byte[] _zero;
    private readonly byte[] _lent;
    private readonly bool[] _stale;

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
        _values = new uint[whole * PagesOfPiece];
        _tail = new uint[pages % PagesOfPiece * PageSums.BlocksOfPage];
        _sums = new uint[Pieces];
        _held = new byte[Pieces];
        _zero = new byte[Pieces];
        _lent = new byte[Pieces];
        _stale = new bool[Pieces];
    }

    public ulong Start { get; }

    public int Pages { get; }

    public long FileOffset { get; }

    public int Pieces { get; }

    public ulong End => Start + ((ulong)Pages * RemoteAddress.PageSize);

    public ulong PieceStart(int piece) => Start + ((ulong)piece * ReadBuffer.Piece);

    public ulong PieceEnd(int piece) => Math.Min(PieceStart(piece + 1), End);

    /// <summary>Its pages whose bytes are in the file.</summary>
    public int Held(int piece) => _held[piece];

    /// <summary>Its pages known to be zeros.</summary>
    public int Zero(int piece) => _zero[piece];

    public bool IsHeld(int page) => (_held[page / PagesOfPiece] >> (page % PagesOfPiece) & 1) != 0;

    /// <summary>A relative has the same page, and no place of its own for it.</summary>
    public void Lend(int page) => _lent[page / PagesOfPiece] |= (byte)(1 << (page % PagesOfPiece));

    /// <summary>What the file has of a page is what it had when it was lent.</summary>
    public bool IsLent(int page) => (_lent[page / PagesOfPiece] >> (page % PagesOfPiece) & 1) != 0;

    /// <summary>Nothing is lent any more: it is not known what the file has.</summary>
    public void Recall() => Array.Clear(_lent);

    /// <summary>The file has of a page what the process had, in a piece that has not only zeros.</summary>
    public bool IsKnown(int page) => _held[page / PagesOfPiece] != 0 && ((_held[page / PagesOfPiece] | _zero[page / PagesOfPiece]) >> (page % PagesOfPiece) & 1) != 0;

    /// <summary>A page's bytes are in the file.</summary>
    public void Hold(int page, ReadOnlySpan<byte> bytes)
    {
        if (page < _values.Length)
        {
            _values[page] = PageSums.OfPage(bytes);
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
        if (page < _values.Length)
        {
            _values[page] = 0;
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
        if (_stale[piece])
        {
            int first = piece * PagesOfPiece;
            _sums[piece] = first < _values.Length ? PageSums.OfPiece(_values.AsSpan(first, PagesOfPiece)) : PageSums.OfShortPiece(_tail);
            _stale[piece] = false;
        }

        return _sums[piece];
    }

    private Span<uint> TailOf(int page) => _tail.AsSpan((page - _values.Length) * PageSums.BlocksOfPage, PageSums.BlocksOfPage);

    private void Mark(int page, bool isHeld, bool isZero)
    {
        int piece = page / PagesOfPiece;
        int bit = 1 << (page % PagesOfPiece);
        _held[piece] = (byte)(isHeld ? _held[piece] | bit : _held[piece] & ~bit);
        _zero[piece] = (byte)(isZero ? _zero[piece] | bit : _zero[piece] & ~bit);
        _lent[piece] = (byte)(_lent[piece] & ~bit);
        _stale[piece] = true;
    }
}
