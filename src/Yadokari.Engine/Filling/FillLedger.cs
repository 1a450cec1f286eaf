using System.Runtime.InteropServices;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Filling;

/// <summary>
/// What a process that is filled has, against what the context file has: which orders it needs. A page is stale as soon as the file was
/// written there, also while it is read; it is read again, at the latest when the image is whole. Not thread-safe.
/// </summary>
/// <param name="give">Takes each order.</param>
internal sealed class FillLedger(Action<FillOrder> give)
{
    private const int Page = RemoteAddress.PageSize;
    private const byte Old = FillExtent.Loaded | FillExtent.Stale;
    private const ulong HugePage = 2UL << 20;

    /// <summary>Bytes that may wait to be read together.</summary>
    private const long WorthReading = 256 << 10;

    /// <summary>Pages for which it is worth it to make them in one go.</summary>
    private const int WorthPopulating = 16;

    private const int MapNew = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

    private readonly List<(ulong Start, ulong End, bool NoReserve)> _mapped = [];
    private readonly List<FillExtent> _byAddress = [];
    private readonly List<FillExtent> _byPlace = [];
    private readonly List<(FillExtent Extent, int Page, int Count)> _waiting = [];
    private long _waitingBytes;

    /// <summary>Bytes that the process was told to read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>What the layout has that was not known: mappings, and ranges in them.</summary>
    public void Add(FillLayout layout)
    {
        for (int i = 0; i < layout.Mappings.Count; i += FillLayout.Words)
        {
            FillMappingFlags flags = (FillMappingFlags)layout.Mappings[i + 2];
            Map(layout.Mappings[i], layout.Mappings[i + 1], (flags & FillMappingFlags.NoReserve) != 0);
        }

        give(new FillOrder(FillOrderKind.SmallPages, 0));
        for (int i = 0; i < layout.Extents.Count; i += FillLayout.Words)
        {
            Add(new FillExtent(layout.Extents[i], (int)layout.Extents[i + 1], (long)layout.Extents[i + 2]), layout);
        }

        give(new FillOrder(FillOrderKind.SmallPages, 1));
    }

    /// <summary>The file was written.</summary>
    public void Written(long offset, int length)
    {
        long end = offset + length;
        for (int i = FirstBehind(_byPlace, extent => extent.PlaceEnd <= offset); i < _byPlace.Count && _byPlace[i].Place < end; i++)
        {
            FillExtent extent = _byPlace[i];
            int from = (int)((Math.Max(offset, extent.Place) - extent.Place) / Page);
            int to = (int)((Math.Min(end, extent.PlaceEnd) - extent.Place + Page - 1) / Page);
            foreach (ref byte state in extent.States.AsSpan(from, to - from))
            {
                state |= FillExtent.Stale;
            }

            _waiting.Add((extent, from, to - from));
            _waitingBytes += (long)(to - from) * Page;
        }

        if (_waitingBytes >= WorthReading)
        {
            Load();
        }
    }

    /// <summary>All that waits is read.</summary>
    public void Load()
    {
        _waitingBytes = 0;
        foreach ((FillExtent extent, int page, int count) in _waiting)
        {
            ReadStale(extent, page, count);
        }

        _waiting.Clear();
    }

    /// <summary>The image is whole: brings the process's memory to what it says.</summary>
    /// <returns>Starts of the mappings that the process then has with all their content.</returns>
    public IReadOnlySet<ulong> Finish(MemoryImage image)
    {
        List<MappingImage> kept = [.. image.Mappings.Where(MayKeep)];
        List<PageRun> wanted = [.. kept.Select(mapping => new PageRun(new RemoteAddress(mapping.Start), new RemoteAddress(mapping.End)))];
        List<PageRun> have = [.. _mapped.Select(range => new PageRun(new RemoteAddress(range.Start), new RemoteAddress(range.End)))];
        List<PageRun> parts = [];
        RunCursor inWanted = new(wanted);
        foreach (PageRun range in have)
        {
            inWanted.AddOutside(range.Start.Value, range.End.Value, parts);
        }

        foreach (PageRun part in parts)
        {
            give(new FillOrder(FillOrderKind.Unmap, part.Start.Value, part.Length));
        }

        RunCursor inHave = new(have);
        foreach (MappingImage mapping in kept)
        {
            parts.Clear();
            inHave.AddOutside(mapping.Start, mapping.End, parts);
            foreach (PageRun part in parts)
            {
                GiveMap(part.Start.Value, part.End.Value, (mapping.Flags & VmaFlags.NoReserve) != 0);
            }
        }

        BringSegments(image.Segments, kept);
        DropOthers(wanted);
        return kept.Select(mapping => mapping.Start).ToHashSet();
    }

    /// <summary>Private memory of which the process has a part, made as it is to be.</summary>
    private bool MayKeep(MappingImage mapping)
    {
        if (mapping is not { Kind: MappingKind.Private, Unchanged: false } || (mapping.Flags & (VmaFlags.GrowsDown | VmaFlags.Droppable)) != 0)
        {
            return false;
        }

        bool noReserve = (mapping.Flags & VmaFlags.NoReserve) != 0;
        bool any = false;
        for (int i = FirstBehind(_mapped, range => range.End <= mapping.Start); i < _mapped.Count && _mapped[i].Start < mapping.End; i++)
        {
            any = true;
            if (_mapped[i].NoReserve != noReserve)
            {
                return false;
            }
        }

        return any;
    }

    private void BringSegments(IReadOnlyList<MemorySegment> segments, List<MappingImage> kept)
    {
        int next = 0;
        foreach (MappingImage mapping in kept)
        {
            while (next < segments.Count && segments[next].Address < mapping.Start)
            {
                next++;
            }

            for (; next < segments.Count && segments[next].Address < mapping.End; next++)
            {
                Bring(segments[next]);
            }
        }
    }

    private void Bring(MemorySegment segment)
    {
        ulong end = segment.Address + (ulong)segment.Length;
        ulong at = segment.Address;
        int i = FirstBehind(_byAddress, extent => extent.End <= at);
        while (at < end)
        {
            FillExtent? extent = i < _byAddress.Count ? _byAddress[i] : null;
            ulong part = extent is null || extent.Start >= end ? end : extent.Start > at ? extent.Start : Math.Min(end, extent.End);
            long place = segment.FileOffset + (long)(at - segment.Address);
            if (extent is null || extent.Start > at)
            {
                Read(at, part - at, place);
                at = part;
                continue;
            }

            int first = (int)((at - extent.Start) / Page);
            int count = (int)((part - at) / Page);
            bool samePlace = extent.PlaceOf(first) == place;
            if (samePlace)
            {
                ReadStale(extent, first, count);
            }
            else
            {
                Read(at, part - at, place);
            }

            foreach (ref byte state in extent.States.AsSpan(first, count))
            {
                state |= FillExtent.Needed;
            }

            at = part;
            i++;
        }
    }

    /// <summary>Pages that the process has read, and the image has no more.</summary>
    private void DropOthers(List<PageRun> kept)
    {
        RunCursor cursor = new(kept);
        List<PageRun> parts = [];
        foreach (FillExtent extent in _byAddress)
        {
            ReadOnlySpan<byte> states = extent.States;
            for (int page = 0; page < states.Length;)
            {
                int skipped = states[page..].IndexOfAny(FillExtent.Loaded, Old);
                if (skipped < 0)
                {
                    break;
                }

                page += skipped;
                int count = states[page..].IndexOfAnyExcept(FillExtent.Loaded, Old);
                count = count < 0 ? states.Length - page : count;
                cursor.Add(extent.AddressOf(page), extent.AddressOf(page + count), parts);
                page += count;
            }
        }

        foreach (PageRun part in parts)
        {
            give(new FillOrder(FillOrderKind.Drop, part.Start.Value, part.Length));
        }
    }

    private void Map(ulong start, ulong end, bool noReserve)
    {
        int i = FirstBehind(_mapped, range => range.End <= start);
        while (start < end)
        {
            ulong to = i < _mapped.Count && _mapped[i].Start < end ? _mapped[i].Start : end;
            if (to > start)
            {
                GiveMap(start, to, noReserve);
                _mapped.Insert(i++, (start, to, noReserve));
            }

            start = i < _mapped.Count && _mapped[i].Start < end ? _mapped[i++].End : end;
        }
    }

    private void GiveMap(ulong start, ulong end, bool noReserve) =>
        give(new FillOrder(FillOrderKind.Map, start, end - start, (ulong)(MapNew | (noReserve ? MAP_NORESERVE : 0))));

    /// <summary>One that is known already, lies over another or outside of what is mapped is left out: its pages are read at the end.</summary>
    private void Add(FillExtent extent, FillLayout layout)
    {
        int address = FirstBehind(_byAddress, other => other.End <= extent.Start);
        int place = FirstBehind(_byPlace, other => other.PlaceEnd <= extent.Place);
        if ((address < _byAddress.Count && _byAddress[address].Start < extent.End) || (place < _byPlace.Count && _byPlace[place].Place < extent.PlaceEnd) || !IsMapped(extent))
        {
            return;
        }

        _byAddress.Insert(address, extent);
        _byPlace.Insert(place, extent);
        if (MayBeHuge(extent, layout))
        {
            MakeHuge((extent.Start + HugePage - 1) / HugePage * HugePage, extent.End / HugePage * HugePage);
        }
    }

    /// <summary>Nothing has been read there; where nothing is, nothing can be collapsed.</summary>
    private void MakeHuge(ulong start, ulong end)
    {
        // Each call waits for all processors (lru_add_drain_all, mm/khugepaged.c), and one of any length would keep others waiting.
        const ulong together = 32 * HugePage;
        for (ulong from = start; from < end; from += together)
        {
            ulong to = Math.Min(end, from + together);
            for (ulong at = from; at < to; at += HugePage)
            {
                give(new FillOrder(FillOrderKind.Touch, at));
            }

            give(new FillOrder(FillOrderKind.Advise, from, to - from, MADV_COLLAPSE));
        }
    }

    private bool IsMapped(FillExtent extent)
    {
        ulong at = extent.Start;
        for (int i = FirstBehind(_mapped, range => range.End <= at); i < _mapped.Count && _mapped[i].Start <= at && at < extent.End; i++)
        {
            at = _mapped[i].End;
        }

        return at >= extent.End;
    }

    private static bool MayBeHuge(FillExtent extent, FillLayout layout)
    {
        for (int i = 0; i < layout.Mappings.Count; i += FillLayout.Words)
        {
            if (layout.Mappings[i] <= extent.Start && extent.End <= layout.Mappings[i + 1])
            {
                return ((FillMappingFlags)layout.Mappings[i + 2] & FillMappingFlags.Huge) != 0;
            }
        }

        return false;
    }

    private void ReadStale(FillExtent extent, int first, int count)
    {
        Span<byte> states = extent.States.AsSpan(first, count);
        for (int page = 0; page < count;)
        {
            int skipped = states[page..].IndexOfAny(FillExtent.Stale, (byte)(FillExtent.Stale | FillExtent.Loaded));
            if (skipped < 0)
            {
                return;
            }

            page += skipped;
            int run = page;
            while (run < count && (states[run] & FillExtent.Stale) != 0)
            {
                states[run] = (byte)((states[run] & ~FillExtent.Stale) | FillExtent.Loaded);
                run++;
            }

            Read(extent.AddressOf(first + page), (ulong)(run - page) * Page, extent.PlaceOf(first + page));
            page = run;
        }
    }

    private void Read(ulong address, ulong length, long place)
    {
        if (length >= WorthPopulating * Page)
        {
            give(new FillOrder(FillOrderKind.Advise, address, length, MADV_POPULATE_WRITE));
        }

        give(new FillOrder(FillOrderKind.Read, address, length, (ulong)place));
        BytesRead += (long)length;
    }

    /// <summary>Index of the first that does not lie before something, of those in order.</summary>
    private static int FirstBehind<T>(List<T> all, Func<T, bool> liesBefore)
    {
        ReadOnlySpan<T> span = CollectionsMarshal.AsSpan(all);
        int low = 0, high = span.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = liesBefore(span[middle]) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
