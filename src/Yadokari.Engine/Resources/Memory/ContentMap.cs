namespace Yadokari.Engine.Resources.Memory;

/// <summary>What memory holds, by places in the context file; all else is zeros. Immutable.</summary>
/// <remarks>Two processes have a page alike exactly when it has one place: what several have alike is stored once.</remarks>
internal sealed class ContentMap
{
    private readonly List<ContentRange> _ranges;

    private ContentMap(List<ContentRange> ranges) => _ranges = ranges;

    public static ContentMap Empty { get; } = new([]);

    /// <summary>By ascending address, none over another; none goes on where another of the same shift ends.</summary>
    public IReadOnlyList<ContentRange> Ranges => _ranges;

    public bool IsEmpty => _ranges.Count == 0;

    /// <param name="segments">By ascending address.</param>
    public static ContentMap Of(IEnumerable<MemorySegment> segments)
    {
        List<ContentRange> ranges = [];
        foreach (MemorySegment segment in segments)
        {
            Add(ranges, segment.Address, segment.Address + (ulong)segment.Length, (ulong)segment.FileOffset - segment.Address);
        }

        return new ContentMap(ranges);
    }

    /// <summary>Where both hold the same.</summary>
    public ContentMap Same(ContentMap other) => Join(other, (own, others) => own == others ? own : null);

    /// <summary>Where the other does not hold the same.</summary>
    public ContentMap Without(ContentMap other) => Join(other, (own, others) => own == others ? null : own);

    /// <summary>Where the other holds nothing.</summary>
    public ContentMap Outside(ContentMap other) => Join(other, (own, others) => others is null ? own : null);

    /// <summary>All of it, and of the other what lies where this holds nothing.</summary>
    public ContentMap Fill(ContentMap other) => Join(other, (own, others) => own ?? others);

    /// <summary>The parts of a range.</summary>
    public IEnumerable<ContentRange> In(ulong start, ulong end)
    {
        for (int i = First(start); i < _ranges.Count && _ranges[i].Start < end; i++)
        {
            yield return _ranges[i] with { Start = Math.Max(start, _ranges[i].Start), End = Math.Min(end, _ranges[i].End) };
        }
    }

    /// <summary>The parts of a range that hold nothing.</summary>
    public IEnumerable<(ulong Start, ulong End)> Gaps(ulong start, ulong end)
    {
        ulong at = start;
        foreach (ContentRange range in In(start, end))
        {
            if (range.Start > at)
            {
                yield return (at, range.Start);
            }

            at = range.End;
        }

        if (at < end)
        {
            yield return (at, end);
        }
    }

    /// <summary>Of segments by ascending address those that lie in part on this.</summary>
    public List<MemorySegment> Touched(IEnumerable<MemorySegment> segments)
    {
        List<MemorySegment> touched = [];
        int next = 0;
        foreach (MemorySegment segment in segments)
        {
            while (next < _ranges.Count && _ranges[next].End <= segment.Address)
            {
                next++;
            }

            if (next < _ranges.Count && _ranges[next].Start < segment.Address + (ulong)segment.Length)
            {
                touched.Add(segment);
            }
        }

        return touched;
    }

    /// <summary>The first range that ends behind an address.</summary>
    private int First(ulong address)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _ranges[middle].End <= address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Walks both by ascending address.</summary>
    /// <param name="choose">Gets the shift of each, null where it holds nothing; tells that of the result.</param>
    private ContentMap Join(ContentMap other, Func<ulong?, ulong?, ulong?> choose)
    {
        List<ContentRange> result = [];
        IReadOnlyList<ContentRange> left = _ranges, right = other._ranges;
        int i = 0, k = 0;
        ulong at = 0;
        while (i < left.Count || k < right.Count)
        {
            (ulong start, ulong end, ulong? own) = Next(left, i, at);
            (ulong otherStart, ulong otherEnd, ulong? others) = Next(right, k, at);
            ulong from = Math.Min(start, otherStart);
            ulong to = Math.Min(start > from ? start : end, otherStart > from ? otherStart : otherEnd);
            if (choose(start > from ? null : own, otherStart > from ? null : others) is { } shift)
            {
                Add(result, from, to, shift);
            }

            at = to;
            i += i < left.Count && left[i].End <= at ? 1 : 0;
            k += k < right.Count && right[k].End <= at ? 1 : 0;
        }

        return new ContentMap(result);
    }

    private static (ulong Start, ulong End, ulong? Shift) Next(IReadOnlyList<ContentRange> ranges, int index, ulong at) =>
        index < ranges.Count ? (Math.Max(at, ranges[index].Start), ranges[index].End, ranges[index].Shift) : (ulong.MaxValue, ulong.MaxValue, null);

    private static void Add(List<ContentRange> ranges, ulong start, ulong end, ulong shift)
    {
        if (ranges.Count > 0 && ranges[^1].End == start && ranges[^1].Shift == shift)
        {
            ranges[^1] = ranges[^1] with { End = end };
        }
        else
        {
            ranges.Add(new ContentRange(start, end, shift));
        }
    }
}
