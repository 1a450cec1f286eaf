using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Which pages of shared memory hold something, for whoever may not open it from outside: asked by mincore(2) inside the
/// process, which looks into the page cache and touches nothing. Memory that is in part in swap space is left out, since
/// mincore does not count that.
/// </summary>
internal sealed class SharedResidency
{
    /// <summary>Pages that are asked for at once, a byte each: they fit the borrowed range.</summary>
    private const int PagesAtOnce = 128 * 1024;

    private readonly Dictionary<string, List<DataRun>> _runs = [];
    private readonly Dictionary<string, List<DataRun>> _unseen = [];
    private readonly HashSet<string> _unknown = [];

    private SharedResidency()
    {
    }

    /// <summary>What is asked when nothing has to be: nothing is known.</summary>
    public static SharedResidency None { get; } = new();

    /// <summary>Of one object that is mapped whole.</summary>
    /// <param name="pages">What mincore(2) says of each page; empty: nothing is known.</param>
    public static SharedResidency Of(string key, ReadOnlySpan<byte> pages)
    {
        SharedResidency residency = new();
        if (!pages.IsEmpty)
        {
            List<DataRun> found = [];
            Collect(pages, 0, found);
            residency._runs.Add(key, found);
        }

        return residency;
    }

    /// <summary>Asks about every shared mapping of memory that can't be opened from outside.</summary>
    public static SharedResidency Ask(FrozenProcess tree, RemoteBatch batch, IReadOnlyList<Vma> vmas)
    {
        SharedResidency residency = new();
        IReadOnlySet<(uint, uint)>? devices = null;
        HashSet<string> leftOut = [];
        foreach (Vma vma in vmas)
        {
            if (!vma.Shared || !vma.IsFile)
            {
                continue;
            }

            devices ??= MappedObject.MemoryDevices(tree.Pid);
            if (!devices.Contains((vma.DeviceMajor, vma.DeviceMinor)))
            {
                continue;
            }

            string key = MemoryCapture.KeyOf(vma);
            using Microsoft.Win32.SafeHandles.SafeFileHandle? file = MappedObject.TryOpen(tree.Pid, vma.Start, vma.End);
            if (file is not null)
            {
                // Whoever may open one may open all.
                return None;
            }

            if (vma.SwappedBytes > 0)
            {
                leftOut.Add(key);
            }
            else if (!residency.TryAsk(tree, batch, vma, key))
            {
                leftOut.Add(key);
            }
        }

        foreach (string key in leftOut)
        {
            residency._runs.Remove(key);
        }

        residency.AskUnseen(tree, batch, [.. vmas.Where(vma => vma.Shared && vma.IsFile && !SystemVMapping.IsSegment(vma) && devices?.Contains((vma.DeviceMajor, vma.DeviceMinor)) == true)], leftOut);

        foreach (List<DataRun> found in residency._runs.Values)
        {
            Join(found);
        }

        return residency;
    }

    /// <summary>By ascending offset, each page once: an object may be mapped more than once.</summary>
    private static void Join(List<DataRun> found)
    {
        found.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        int last = 0;
        for (int i = 1; i < found.Count; i++)
        {
            long end = found[last].Offset + found[last].Length;
            if (found[i].Offset > end)
            {
                found[++last] = found[i];
            }
            else
            {
                found[last] = found[last] with { Length = Math.Max(end, found[i].Offset + found[i].Length) - found[last].Offset };
            }
        }

        found.RemoveRange(Math.Min(last + 1, found.Count), Math.Max(0, found.Count - last - 1));
    }

    /// <summary>Runs of an object that hold something, by ascending offset. Null when nothing is known.</summary>
    public IReadOnlyList<DataRun>? Find(string key) => _runs.GetValueOrDefault(key);

    /// <summary>Whether an object may hold something where nobody maps it: remap_file_pages(2) would bring it back.</summary>
    /// <param name="gaps">Bytes of the object.</param>
    /// <param name="end">And what is behind this.</param>
    public bool MayHold(string key, IReadOnlyList<(ulong Start, ulong End)> gaps, ulong end) =>
        (gaps.Count > 0 && _unknown.Contains(key))
        || (_unseen.GetValueOrDefault(key) ?? []).Any(run => (ulong)(run.Offset + run.Length) > end || gaps.Any(gap => (ulong)run.Offset < gap.End && (ulong)(run.Offset + run.Length) > gap.Start));

    /// <summary>Bytes of an object that no mapping shows, below the end of the last one.</summary>
    /// <param name="views">Its mappings, by what they show.</param>
    public static IReadOnlyList<(ulong Start, ulong End)> Gaps(IEnumerable<(ulong Start, ulong End)> views)
    {
        List<(ulong, ulong)> gaps = [];
        ulong seen = 0;
        foreach ((ulong start, ulong end) in views.Order())
        {
            if (start > seen)
            {
                gaps.Add((seen, start));
            }

            seen = Math.Max(seen, end);
        }

        return gaps;
    }

    private void AskUnseen(FrozenProcess tree, RemoteBatch batch, IReadOnlyList<Vma> shared, HashSet<string> leftOut)
    {
        foreach (IGrouping<string, Vma> views in shared.GroupBy(MemoryCapture.KeyOf))
        {
            IReadOnlyList<(ulong Start, ulong End)> gaps = Gaps(views.Select(view => (view.Offset, view.Offset + view.Length)));
            bool inOtherOrder = views.Zip(views.Skip(1)).Any(pair => pair.First.End == pair.Second.Start && pair.First.Offset + pair.First.Length != pair.Second.Offset);
            if (gaps.Count == 0 && !inOtherOrder)
            {
                continue;
            }

            // Where pages change places, the last one may be mapped nowhere as well; how many there are nobody tells.
            ulong last = views.Max(view => view.Offset + view.Length);
            ulong start = gaps.Count > 0 ? gaps[0].Start : last, end = inOtherOrder ? (2 * last) + ((ulong)PagesAtOnce * RemoteAddress.PageSize) : gaps[^1].End;

            // One that is locked would be filled.
            List<DataRun> found = [];
            _unseen.Add(views.Key, found);
            if (leftOut.Contains(views.Key) || views.FirstOrDefault(view => !view.Flags.HasFlag(VmaFlags.Locked)) is not { } through
                || !TryAskUnseen(tree, batch, through, start, end, found))
            {
                _unknown.Add(views.Key);
            }
        }
    }

    /// <summary>Maps the object from its beginning, for the moment of one batch, in which it is asked what is there: nothing is read.</summary>
    private static bool TryAskUnseen(FrozenProcess tree, RemoteBatch batch, Vma through, ulong start, ulong end, List<DataRun> found)
    {
        const ulong length = (ulong)PagesAtOnce * RemoteAddress.PageSize;
        const int withoutFilling = 0x10000; // MAP_NONBLOCK
        for (ulong from = start; from < end; from += length)
        {
            int pages = (int)(Math.Min(length, end - from) / RemoteAddress.PageSize);
            PlanBuilder plan = new();
            DataReference answer = plan.Room(pages);
            DataReference said = plan.Room(8);
            Slot window = plan.NewSlot(), at = plan.NewSlot(), result = plan.NewSlot();
            PlanLabel unmap = new("unmap"), none = new("none"), done = new("done");
            // Of a shared mapping, nothing that becomes something is a second one (mremap(2)).
            plan.CallOrJump(window, none, SystemCall.Mremap, through.Start, 0, end, MREMAP_MAYMOVE, 0);
            plan.Set(result, window);
            plan.CallOrJump(result, unmap, SystemCall.Remap_file_pages, window, end, 0, 0, withoutFilling);
            plan.Do(OperationKind.Add, at, window, from);
            plan.Try(result, SystemCall.Mincore, at, (ulong)pages * RemoteAddress.PageSize, answer);
            plan.Place(unmap);
            plan.Try(null, SystemCall.Munmap, window, end);
            plan.Do(OperationKind.Store64, null, said, result);
            plan.Jump(done);
            plan.Place(none);
            plan.Do(OperationKind.Store64, null, said, window);
            plan.Place(done);
            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(tree.Main, plan.Build());
            if (BitConverter.ToInt64(data, said.Offset) != 0)
            {
                return false;
            }

            Collect(data.AsSpan(answer.Offset, pages), from, found);
        }

        return true;
    }

    private bool TryAsk(FrozenProcess tree, RemoteBatch batch, Vma vma, string key)
    {
        if (!_runs.TryGetValue(key, out List<DataRun>? found))
        {
            _runs.Add(key, found = []);
        }

        const ulong length = (ulong)PagesAtOnce * RemoteAddress.PageSize;
        for (ulong from = 0; from < vma.Length; from += length)
        {
            int pages = (int)(Math.Min(length, vma.Length - from) / RemoteAddress.PageSize);
            PlanBuilder plan = new();
            DataReference answer = plan.Room(pages);
            DataReference said = plan.Room(8);
            Slot result = plan.NewSlot();
            plan.Try(result, SystemCall.Mincore, vma.Start + from, (ulong)pages * RemoteAddress.PageSize, answer);
            plan.Do(OperationKind.Store64, null, said, result);
            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(tree.Main, plan.Build());
            if (BitConverter.ToInt64(data, said.Offset) != 0)
            {
                return false;
            }

            Collect(data.AsSpan(answer.Offset, pages), vma.Offset + from, found);
        }

        return true;
    }

    private static void Collect(ReadOnlySpan<byte> pages, ulong offset, List<DataRun> found)
    {
        int at = 0;
        while (at < pages.Length)
        {
            int skipped = pages[at..].IndexOfAnyExcept((byte)0);
            if (skipped < 0)
            {
                return;
            }

            at += skipped;
            int length = pages[at..].IndexOf((byte)0);
            length = length < 0 ? pages.Length - at : length;
            found.Add(new DataRun((long)offset + ((long)at * RemoteAddress.PageSize), (long)length * RemoteAddress.PageSize));
            at += length;
        }
    }
}
