using Yadokari.Engine.Checkpointing;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Gives the memory of a job the places that it had in an earlier context file, each once. Only what did not change depends on it: a page
/// that gets another place than before is written there. May be used by several threads.
/// </summary>
internal sealed class KeptPlaces
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Range>> _byOwner = [];

    /// <param name="earlier">In any order. Of those that lie over one another, in the file or in memory, the first counts: two places of a page, or
    /// two pages of a place, would be memory that is wrong.</param>
    public KeptPlaces(IReadOnlyList<EarlierPlace> earlier)
    {
        long end = 0;
        foreach (EarlierPlace place in earlier.OrderBy(place => place.FileOffset))
        {
            if (place.FileOffset < end)
            {
                continue;
            }

            end = place.FileOffset + place.Length;
            if (!_byOwner.TryGetValue(place.Owner, out List<Range>? ranges))
            {
                _byOwner.Add(place.Owner, ranges = []);
            }

            ranges.Add(new Range(place.Address, place.Address + (ulong)place.Length, place.FileOffset));
        }

        End = end;
        foreach (List<Range> ranges in _byOwner.Values)
        {
            ranges.Sort(static (left, right) => left.Start.CompareTo(right.Start));
            ulong covered = 0;
            ranges.RemoveAll(range =>
            {
                bool isOver = range.Start < covered;
                covered = isOver ? covered : range.End;
                return isOver;
            });
        }
    }

    /// <summary>One past the last place; 0 when there are none.</summary>
    public long End { get; }

    /// <summary>Whose the private memory of a process is (<see cref="EarlierPlace.Owner"/>).</summary>
    /// <param name="pid">As this program sees it.</param>
    public static string OwnerOf(int pid) => EarlierPlace.OwnerOf(ProcStatus.Read(pid)?.NsPid[^1] ?? pid);

    /// <summary>The parts of a range of memory that have a place, by ascending address. They are given away.</summary>
    /// <param name="owner">See <see cref="EarlierPlace.Owner"/>.</param>
    public void Take(string owner, ulong start, ulong end, List<(ulong Start, ulong End, long FileOffset)> parts)
    {
        lock (_lock)
        {
            if (!_byOwner.TryGetValue(owner, out List<Range>? ranges))
            {
                return;
            }

            for (int i = First(ranges, start); i < ranges.Count && ranges[i].Start < end; i++)
            {
                ulong from = Math.Max(start, ranges[i].Start);
                ulong to = Math.Min(end, ranges[i].End);
                if (from < to)
                {
                    parts.Add((from, to, Give(ranges, ref i, from, to)));
                }
            }
        }
    }

    /// <summary>The place of a range that has all of it in one; null: another must be found.</summary>
    public long? TryTake(string owner, ulong start, long length)
    {
        ulong end = start + (ulong)length;
        lock (_lock)
        {
            if (!_byOwner.TryGetValue(owner, out List<Range>? ranges) || First(ranges, start) is var index && index == ranges.Count)
            {
                return null;
            }

            return ranges[index].Start <= start && end <= ranges[index].End ? Give(ranges, ref index, start, end) : null;
        }
    }

    /// <summary>What lies before it in the range is another one then.</summary>
    private static long Give(List<Range> ranges, ref int index, ulong from, ulong to)
    {
        Range range = ranges[index];
        long place = range.FileOffset + (long)(from - range.Start);
        ranges[index] = new Range(to, range.End, place + (long)(to - from));
        if (from > range.Start)
        {
            ranges.Insert(index, new Range(range.Start, from, range.FileOffset));
            index++;
        }

        return place;
    }

    /// <summary>The first range that ends behind an address.</summary>
    private static int First(List<Range> ranges, ulong address)
    {
        int low = 0;
        int high = ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].End <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Of memory, and where in the file; empty when all of it was given away.</summary>
    private readonly record struct Range(ulong Start, ulong End, long FileOffset);
}
