using Yadokari.Linux;

namespace Yadokari.Engine.Filling;

/// <summary>A range of memory with one place in the context file, and what the process that is filled has of it.</summary>
/// <param name="start">Its first byte in memory.</param>
/// <param name="pages">How many.</param>
/// <param name="place">Where in the file.</param>
internal sealed class FillExtent(ulong start, int pages, long place)
{
    /// <summary>The process has read the page from the file. Neither this nor <see cref="Stale"/>: zeros on both sides.</summary>
    public const byte Loaded = 1;

    /// <summary>The file was written there since.</summary>
    public const byte Stale = 2;

    /// <summary>The image has the page.</summary>
    public const byte Needed = 4;

    public ulong Start => start;

    public int Pages => pages;

    public long Place => place;

    public ulong End => start + ((ulong)pages * RemoteAddress.PageSize);

    public long PlaceEnd => place + ((long)pages * RemoteAddress.PageSize);

    /// <summary>Of each page.</summary>
    public byte[] States { get; } = new byte[pages];

    public ulong AddressOf(int page) => start + ((ulong)page * RemoteAddress.PageSize);

    public long PlaceOf(int page) => place + ((long)page * RemoteAddress.PageSize);
}
