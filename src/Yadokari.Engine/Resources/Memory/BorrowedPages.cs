using System.Runtime.InteropServices;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Pages of a process that had, when both were looked at while the job ran, the same bytes as a relative's whose place in the file they
/// share. So it is as long as neither is written: the extent knows when bytes of its own were replaced (<see cref="MemoryExtent.IsLent"/>).
/// </summary>
internal sealed class BorrowedPages
{
    private const int Page = RemoteAddress.PageSize;
    private const int MostPages = MemorySegment.MaxLength / Page;

    private readonly List<Loan> _loans = [];

    /// <summary>Pages one behind the other, also in the file.</summary>
    private sealed class Loan(RemoteAddress start, StoredPage first)
    {
        public RemoteAddress Start { get; } = start;

        public StoredPage First { get; } = first;

        /// <summary>Values of the blocks of each page, see <see cref="PageSums.OfBlocks"/>.</summary>
        public List<uint> Blocks { get; } = [];

        /// <summary>Pages that are the process's own by now.</summary>
        public List<bool> Over { get; } = [];

        public int Pages => Over.Count;

        public RemoteAddress End => Start + ((ulong)Pages * Page);

        public bool Holds(int page) => !Over[page] && First.Extent!.IsLent(First.Page + page);
    }

    /// <summary>Whose pages were borrowed.</summary>
    public IEnumerable<TrackedMemory> Lenders => _loans.Select(loan => loan.First.Owner!).Distinct();

    /// <summary>By ascending address.</summary>
    /// <param name="start">Of the pages in the process.</param>
    /// <param name="stored">The first of the relative's; the others lie behind it.</param>
    /// <param name="bytes">Of all of them.</param>
    public void Add(RemoteAddress start, in StoredPage stored, ReadOnlySpan<byte> bytes)
    {
        if (_loans.Count == 0 || _loans[^1].End != start || !stored.IsBehind(_loans[^1].First, _loans[^1].Pages))
        {
            _loans.Add(new Loan(start, stored));
        }

        Span<uint> values = stackalloc uint[PageSums.BlocksOfPage];
        for (int page = 0; page < bytes.Length / Page; page++)
        {
            PageSums.OfBlocks(bytes.Slice(page * Page, Page), values);
            _loans[^1].Blocks.AddRange(values);
            _loans[^1].Over.Add(false);
            stored.Extent!.Lend(stored.Page + page);
        }
    }

    /// <summary>By ascending address, as all else needs them.</summary>
    public void Sort() => _loans.Sort((left, right) => left.Start.CompareTo(right.Start));

    /// <summary>What was written by the process itself is its own.</summary>
    public void Return(List<PageRun> written)
    {
        RunCursor cursor = new(written);
        List<PageRun> parts = [];
        foreach (Loan loan in _loans)
        {
            parts.Clear();
            cursor.Add(loan.Start.Value, loan.End.Value, parts);
            foreach (PageRun part in parts)
            {
                for (ulong at = part.Start - loan.Start; at < part.End - loan.Start; at += Page)
                {
                    loan.Over[(int)(at / Page)] = true;
                }
            }
        }
    }

    /// <summary>What a relative that lent it under its watch may have written since it was copied there is the process's own.</summary>
    /// <param name="lender">The relative.</param>
    /// <param name="unwritten">Its pages that it has not, by ascending address.</param>
    /// <param name="returned">Gets what is the process's own.</param>
    public void Return(TrackedMemory lender, List<PageRun> unwritten, List<PageRun> returned)
    {
        RunCursor cursor = new(unwritten);
        List<PageRun> parts = [];
        foreach (Loan loan in _loans.Where(loan => loan.First.Owner == lender && lender.Watches(loan.First.Address)))
        {
            // Memory that is no file's: it has the same address in both.
            parts.Clear();
            cursor.AddOutside(loan.First.Address.Value, loan.First.Address.Value + (loan.End - loan.Start), parts);
            foreach (PageRun part in parts)
            {
                ulong from = part.Start - loan.First.Address, to = part.End - loan.First.Address;
                for (ulong at = from; at < to; at += Page)
                {
                    loan.Over[(int)(at / Page)] = true;
                }

                returned.Add(new PageRun(loan.Start + from, loan.Start + to));
            }
        }
    }

    /// <summary>What lenders have written since is the process's own.</summary>
    /// <param name="returned">Gets it, by ascending address.</param>
    public void ReturnBroken(List<PageRun> returned)
    {
        foreach (Loan loan in _loans)
        {
            for (int page = 0; page < loan.Pages; page++)
            {
                if (loan.Over[page] || loan.Holds(page))
                {
                    continue;
                }

                loan.Over[page] = true;
                RemoteAddress at = loan.Start + ((ulong)page * Page);
                if (returned.Count > 0 && returned[^1].End == at)
                {
                    returned[^1] = new PageRun(returned[^1].Start, at + Page);
                }
                else
                {
                    returned.Add(new PageRun(at, at + Page));
                }
            }
        }
    }

    /// <summary>In the frozen process, when all lenders are in the file as they are: the segments of what is still alike.</summary>
    /// <param name="needed">Pages that must travel, by ascending address, none across two mappings.</param>
    /// <param name="unwritten">Pages that the process has not written.</param>
    /// <param name="covered">Gets the ranges of the segments.</param>
    public List<MemorySegment> Finish(ReadOnlySpan<PageRun> needed, List<PageRun> unwritten, List<PageRun> covered)
    {
        List<MemorySegment> segments = [];
        List<PageRun> wanted = [], parts = [];
        RunCursor need = new(needed), same = new(unwritten);
        foreach (Loan loan in _loans.Where(loan => loan.First.Owner!.IsFinished))
        {
            for (int page = 0; page < loan.Pages;)
            {
                int count = 0;
                while (page + count < loan.Pages && loan.Holds(page + count))
                {
                    count++;
                }

                wanted.Clear();
                parts.Clear();
                need.Add((loan.Start + ((ulong)page * Page)).Value, (loan.Start + ((ulong)(page + count) * Page)).Value, wanted);
                foreach (PageRun run in wanted)
                {
                    same.Add(run.Start.Value, run.End.Value, parts);
                }

                foreach (PageRun part in parts)
                {
                    covered.Add(part);
                    AddSegments(loan, part, segments);
                }

                page += Math.Max(count, 1);
            }
        }

        return segments;
    }

    private static void AddSegments(Loan loan, PageRun part, List<MemorySegment> segments)
    {
        int end = (int)((part.End - loan.Start) / Page);
        for (int page = (int)((part.Start - loan.Start) / Page); page < end;)
        {
            int count = Math.Min(end - page, MostPages);
            uint sum = uint.MaxValue;
            for (int at = page; at < page + count; at += PageSums.PagesOfPiece)
            {
                int pages = Math.Min(PageSums.PagesOfPiece, page + count - at);
                sum = PageSums.Add(sum, PageSums.OfShortPiece(CollectionsMarshal.AsSpan(loan.Blocks).Slice(at * PageSums.BlocksOfPage, pages * PageSums.BlocksOfPage)));
            }

            segments.Add(new MemorySegment((loan.Start + ((ulong)page * Page)).Value, count * Page, loan.First.FileOffset + ((long)page * Page), sum));
            page += count;
        }
    }
}
