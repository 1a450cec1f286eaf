using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>What a process has alike with relatives when its memory is copied for the first time, while all of them run.</summary>
/// <param name="tracked">The process's.</param>
/// <param name="memory">To read it by.</param>
/// <param name="alike">What relatives have that were copied before.</param>
/// <param name="borrowed">Gets what is alike.</param>
internal sealed class AlikeSearch(TrackedMemory tracked, RemoteMemory memory, AlikePages alike, BorrowedPages borrowed)
{
    private const int Page = RemoteAddress.PageSize;

    private readonly List<PlacedRun> _placed = [];

    /// <summary>Of what was found, what other processes may have mapped as well is borrowed from relatives that have it alike.</summary>
    /// <returns>All else.</returns>
    public List<PageRun> BorrowCommon(List<PageRun> found)
    {
        List<PageRun> common = [], own = [];
        using (PageMap pages = new(tracked.Pid))
        {
            found.ForEach(run => pages.FindCommon(run, common));
        }

        RunCursor others = new(common);
        foreach (PageRun run in found)
        {
            others.AddOutside(run.Start.Value, run.End.Value, own);
        }

        own.AddRange(Borrow([.. common.Select(PlacedRun.Of)]));
        borrowed.Sort();
        foreach (TrackedMemory lender in borrowed.Lenders)
        {
            // Its page is in the file as it was when it was copied; it was compared later.
            borrowed.Return(lender, Unwritten(lender.Pid), own);
        }

        own.Sort((left, right) => left.Start.CompareTo(right.Start));
        return own;
    }

    /// <summary>Of pages that relatives may have alike, those that one has are borrowed.</summary>
    /// <returns>All others, by ascending address.</returns>
    public List<PageRun> Borrow(List<PlacedRun> runs)
    {
        int before = _placed.Count;
        foreach (PlacedRun run in runs)
        {
            if (!alike.MayHave(run))
            {
                _placed.Add(run);
                continue;
            }

            for (ulong at = 0; at < run.Run.Length; at += MemorySegment.MaxLength)
            {
                Borrow(run, at, Math.Min(MemorySegment.MaxLength, run.Run.Length - at));
            }
        }

        return [.. _placed.Skip(before).Select(run => run.Run)];
    }

    private void Borrow(PlacedRun run, ulong at, ulong length)
    {
        Span<byte> bytes = alike.Room.AsSpan(0, (int)length);
        int got = memory.Read(run.Run.Start + at, bytes) / Page;
        foreach (AlikeRun part in alike.Find(run.Place + at, bytes[..(got * Page)]))
        {
            ulong from = at + (ulong)part.Offset;
            if (part.Known is { } stored)
            {
                borrowed.Add(run.Run.Start + from, stored, bytes.Slice(part.Offset, part.Length));
            }
            else
            {
                Keep(from, from + (ulong)part.Length);
            }
        }

        if ((ulong)got * Page < length)
        {
            Keep(at + ((ulong)got * Page), at + length);
        }

        void Keep(ulong from, ulong to) => _placed.Add(new PlacedRun(new PageRun(run.Run.Start + from, run.Run.Start + to), run.Place + from));
    }

    /// <summary>What others may have alike, and now has its place in the file, can be borrowed by those that come later.</summary>
    /// <param name="extents">By ascending address.</param>
    public void MakeKnown(List<MemoryExtent> extents)
    {
        borrowed.Sort();
        _placed.Sort((left, right) => left.Run.Start.CompareTo(right.Run.Start));
        int next = 0;
        foreach (PlacedRun run in _placed)
        {
            for (ulong at = run.Run.Start.Value; at < run.Run.End.Value; at += Page)
            {
                while (next < extents.Count && extents[next].End <= at)
                {
                    next++;
                }

                if (next < extents.Count && extents[next].Start <= at && extents[next].IsKnown((int)((at - extents[next].Start) / Page)))
                {
                    long place = extents[next].FileOffset + (long)(at - extents[next].Start);
                    alike.Add(run.Place + (at - run.Run.Start.Value), new StoredPage(memory, new RemoteAddress(at), place, tracked, extents[next]));
                }
            }
        }

        _placed.Clear();
    }

    /// <summary>Pages under its watch that it has not written since they were copied; none when it has ended.</summary>
    private static List<PageRun> Unwritten(int pid)
    {
        List<PageRun> runs = [];
        try
        {
            using PageMap pages = new(pid);
            pages.FindUnwritten(runs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            runs.Clear();
        }

        return runs;
    }
}
