using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Pages of a job's processes by what they may have in common (<see cref="PlacedRun.Place"/>), so that what several have alike is stored once.
/// Where pages came from says only which to compare: they are alike when their bytes are. One thread at a time.
/// </summary>
internal sealed class AlikePages
{
    private const int Page = RemoteAddress.PageSize;
    private const int MostPages = MemorySegment.MaxLength / Page;

    /// <summary>Pages with one place that are compared: relatives that have each written the same page make no two alike.</summary>
    private const int MostTries = 4;

    private readonly Dictionary<ulong, int> _newest = [];
    private readonly List<(StoredPage Page, int Before)> _pages = [];
    private readonly byte[] _buffer = new byte[MemorySegment.MaxLength];
    private readonly int[] _found = new int[MostPages];
    private readonly List<AlikeRun> _runs = [];

    /// <summary>Room for pages that are looked for.</summary>
    public byte[] Room { get; } = new byte[MemorySegment.MaxLength];

    /// <summary>A page that is in the file, and of which nothing alike is.</summary>
    public void Add(ulong place, in StoredPage page)
    {
        _pages.Add((page, _newest.GetValueOrDefault(place, -1)));
        _newest[place] = _pages.Count - 1;
    }

    /// <summary>Some page of a run may be known.</summary>
    public bool MayHave(in PlacedRun run)
    {
        for (ulong at = 0; at < run.Run.Length; at += Page)
        {
            if (_newest.ContainsKey(run.Place + at))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks for pages with the same bytes.</summary>
    /// <param name="place">Of the first page.</param>
    /// <param name="bytes">Whole pages, at most <see cref="MemorySegment.MaxLength"/> bytes.</param>
    /// <returns>All of them, by ascending address; valid until the next call.</returns>
    public IReadOnlyList<AlikeRun> Find(ulong place, ReadOnlySpan<byte> bytes)
    {
        int count = bytes.Length / Page;
        for (int i = 0; i < count; i++)
        {
            _found[i] = _newest.GetValueOrDefault(place + ((ulong)i * Page), -1);
        }

        for (int i = 0; i < count;)
        {
            if (_found[i] < 0)
            {
                i++;
                continue;
            }

            StoredPage first = _pages[_found[i]].Page;
            int together = 1;
            while (i + together < count && _found[i + together] >= 0 && IsBehind(_pages[_found[i + together]].Page, first, together))
            {
                together++;
            }

            int got = first.Memory.Read(first.Address, _buffer.AsSpan(0, together * Page)) / Page;
            for (int last = i + together, page = 0; i < last; i++, page++)
            {
                ReadOnlySpan<byte> wanted = bytes.Slice(i * Page, Page);
                if (page >= got || !wanted.SequenceEqual(_buffer.AsSpan(page * Page, Page)))
                {
                    _found[i] = FindOlder(_pages[_found[i]].Before, wanted);
                }
            }
        }

        _runs.Clear();
        for (int first = 0, together; first < count; first += together)
        {
            together = Together(_found.AsSpan(first, count - first));
            _runs.Add(new AlikeRun(first * Page, together * Page, _found[first] < 0 ? null : _pages[_found[first]].Page));
        }

        return _runs;
    }

    /// <summary>How many of the pages that were found lie one behind the other, in the file as well, from the first of them on; of those that
    /// were not, how many follow.</summary>
    private int Together(ReadOnlySpan<int> found)
    {
        int count = 1;
        while (count < found.Length
            && (found[0] < 0 ? found[count] < 0 : found[count] >= 0 && _pages[found[count]].Page.IsBehind(_pages[found[0]].Page, count)))
        {
            count++;
        }

        return count;
    }

    private static bool IsBehind(in StoredPage page, in StoredPage first, int pages) =>
        ReferenceEquals(page.Memory, first.Memory) && page.Address == first.Address + ((ulong)pages * Page);

    private int FindOlder(int number, ReadOnlySpan<byte> wanted)
    {
        Span<byte> bytes = stackalloc byte[Page];
        for (int tries = 1; number >= 0 && tries < MostTries; tries++)
        {
            (StoredPage page, int before) = _pages[number];
            if (page.Memory.Read(page.Address, bytes) == Page && wanted.SequenceEqual(bytes))
            {
                return number;
            }

            number = before;
        }

        return -1;
    }
}
