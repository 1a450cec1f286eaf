using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Walks runs of pages by ascending address. What is asked for must ascend, too.</summary>
/// <param name="runs">Sorted, none over another; unchanged meanwhile.</param>
internal ref struct RunCursor(ReadOnlySpan<PageRun> runs)
{
    private readonly ReadOnlySpan<PageRun> _runs = runs;
    private int _next;

    public RunCursor(List<PageRun> runs)
        : this(CollectionsMarshal.AsSpan(runs))
    {
    }

    /// <summary>A bit for each page of a range of at most 8 pages: whether it is in a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Mask(ulong start, ulong end)
    {
        const int all = (1 << 8) - 1;
        Skip(start);
        if (_next < _runs.Length && _runs[_next].Start.Value <= start && _runs[_next].End.Value >= end)
        {
            return all >> (8 - (int)((end - start) / RemoteAddress.PageSize));
        }

        int mask = 0;
        for (int i = _next; i < _runs.Length && _runs[i].Start.Value < end; i++)
        {
            int from = (int)((Math.Max(_runs[i].Start.Value, start) - start) / RemoteAddress.PageSize);
            int to = (int)((Math.Min(_runs[i].End.Value, end) - start) / RemoteAddress.PageSize);
            mask |= (1 << to) - (1 << from);
        }

        return mask;
    }

    /// <summary>Whether a part of a range is in a run.</summary>
    public bool Touches(ulong start, ulong end)
    {
        Skip(start);
        return _next < _runs.Length && _runs[_next].Start.Value < end;
    }

    /// <summary>The parts of a range that are in a run.</summary>
    public void Add(ulong start, ulong end, List<PageRun> parts)
    {
        if (start == end)
        {
            return;
        }

        Skip(start);
        for (int i = _next; i < _runs.Length && _runs[i].Start.Value < end; i++)
        {
            parts.Add(new PageRun(new RemoteAddress(Math.Max(_runs[i].Start.Value, start)), new RemoteAddress(Math.Min(_runs[i].End.Value, end))));
        }
    }

    /// <summary>The parts of a range that are in none.</summary>
    public void AddOutside(ulong start, ulong end, List<PageRun> parts)
    {
        Skip(start);
        ulong at = start;
        for (int i = _next; i < _runs.Length && _runs[i].Start.Value < end; i++)
        {
            if (_runs[i].Start.Value > at)
            {
                parts.Add(new PageRun(new RemoteAddress(at), _runs[i].Start));
            }

            at = Math.Max(at, _runs[i].End.Value);
        }

        if (at < end)
        {
            parts.Add(new PageRun(new RemoteAddress(at), new RemoteAddress(end)));
        }
    }

    private void Skip(ulong start)
    {
        while (_next < _runs.Length && _runs[_next].End.Value <= start)
        {
            _next++;
        }
    }
}
