using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Shared memory without a name that nobody has open holds something where nothing is mapped: remap_file_pages(2) would bring it back. Who may
/// open it by its mappings reads it there; for others it is an obstacle. Whether there is something is asked by mincore(2).
/// </summary>
internal static class UnmappedMemory
{
    private const ulong BytesAtOnce = (ulong)SharedResidency.PagesAtOnce * RemoteAddress.PageSize;

    /// <summary>So much of an object is looked through at the most: each page takes some tens of nanoseconds, in which the job stands still.</summary>
    private const ulong MostBytes = 64ul << 30;

    /// <param name="descriptors">As scanned, in the order of the processes.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static IReadOnlyList<Obstacle> Find(IReadOnlyList<AskedProcess> asked, TreeDescriptorCapture descriptors, TimeSpan lease)
    {
        List<Obstacle> obstacles = [];
        HashSet<string> open = [.. descriptors.Processes.SelectMany(process => process.Contents).Select(CommonObjects.KeyOf)];
        IReadOnlySet<(uint, uint)>? devices = null;
        foreach (IGrouping<string, (AskedProcess Process, Vma Vma)> views in asked
            .SelectMany(process => process.Vmas.Where(IsNameless).Select(vma => (Process: process, Vma: vma)))
            .GroupBy(view => MemoryCapture.KeyOf(view.Vma)).Where(views => !open.Contains(views.Key)))
        {
            IReadOnlyList<(ulong Start, ulong Length)> gaps = Coverage.Gaps(views.Select(view => (view.Vma.Offset, view.Vma.Length)));
            bool inOtherOrder = views.Zip(views.Skip(1)).Any(pair =>
                pair.First.Process == pair.Second.Process && pair.First.Vma.End == pair.Second.Vma.Start && pair.First.Vma.Offset + pair.First.Vma.Length != pair.Second.Vma.Offset);
            (AskedProcess first, Vma shown) = views.First();
            if ((gaps.Count == 0 && !inOtherOrder) || !(devices ??= MappedObject.MemoryDevices(asked[0].Pid)).Contains((shown.DeviceMajor, shown.DeviceMinor)))
            {
                continue;
            }

            using SafeFileHandle? file = MappedObject.TryOpen(first.Pid, shown.Start, shown.End);
            if (file is not null)
            {
                // Whoever may open one may open all.
                return [];
            }

            // Where pages change places, the last one may be mapped nowhere as well; how many there are nobody tells.
            ulong last = views.Max(view => view.Vma.Offset + view.Vma.Length);
            ulong start = gaps.Count > 0 ? gaps[0].Start : last;
            ulong end = inOtherOrder ? (2 * last) + BytesAtOnce : gaps[^1].Start + gaps[^1].Length;
            List<DataRun>? found = last > MostBytes || end - start > MostBytes ? null : Ask([.. views], start, end, lease);
            bool IsUnseen(DataRun run) => (ulong)(run.Offset + run.Length) > last || gaps.Any(gap => (ulong)run.Offset < gap.Start + gap.Length && (ulong)(run.Offset + run.Length) > gap.Start);
            if (found?.Exists(IsUnseen) ?? gaps.Count > 0)
            {
                obstacles.Add(new Obstacle("unmapped-memory", $"shared memory at {shown.Start} {(found is null ? "may hold" : "holds")} something where nothing is mapped just now (remap_file_pages, munmap), which only root may read"));
            }
        }

        return obstacles;
    }

    private static bool IsNameless(Vma vma) => vma.Shared && MemoryCapture.IsObject(vma) && !SystemVMapping.IsSegment(vma);

    /// <returns>What holds something in a range of an object; null when that can't be told.</returns>
    private static List<DataRun>? Ask(IReadOnlyList<(AskedProcess Process, Vma Vma)> views, ulong start, ulong end, TimeSpan lease)
    {
        // mincore does not count what is in swap space; and by a mapping that is locked the object would be filled.
        int through = views.Any(view => view.Vma.SwappedBytes > 0) ? -1 : views.ToList().FindIndex(view => (view.Vma.Flags & VmaFlags.Locked) == 0);
        if (through < 0)
        {
            return null;
        }

        (AskedProcess process, Vma vma) = views[through];
        using RemoteBatch batch = RemoteBatch.Create(process.Frozen, process.Vmas, lease);
        List<DataRun> found = [];
        for (ulong from = start; from < end; from += BytesAtOnce)
        {
            int pages = (int)(Math.Min(BytesAtOnce, end - from) / RemoteAddress.PageSize);
            PlanBuilder plan = new();
            DataReference answer = plan.Room(pages), said = plan.Room(8);
            Emit(plan, vma.Start, from, pages, end, answer, said);
            byte[] data = batch.Run(process.Frozen.Main, plan.Build());
            if (BitConverter.ToInt64(data, said.Offset) != 0)
            {
                return null;
            }

            SharedResidency.Collect(data.AsSpan(answer.Offset, pages), from, found);
        }

        return found;
    }

    /// <summary>Maps the object from its beginning, for the moment of one batch, in which it is asked what is there: nothing is read.</summary>
    private static void Emit(PlanBuilder plan, RemoteAddress mapped, ulong from, int pages, ulong end, DataReference answer, DataReference said)
    {
        const int withoutFilling = 0x10000; // MAP_NONBLOCK
        Slot window = plan.NewSlot(), at = plan.NewSlot(), result = plan.NewSlot();
        PlanLabel unmap = new("unmap"), done = new("done");

        // Of a shared mapping, nothing that becomes something is a second one (mremap(2)).
        plan.Try(window, SystemCall.Mremap, mapped, 0, end, MREMAP_MAYMOVE, 0);
        plan.Set(result, window);
        plan.JumpIf(window, Condition.Less, 0, done);
        plan.CallOrJump(result, unmap, SystemCall.Remap_file_pages, window, end, 0, 0, withoutFilling);
        plan.Do(OperationKind.Add, at, window, from);
        plan.Try(result, SystemCall.Mincore, at, (ulong)pages * RemoteAddress.PageSize, answer);
        plan.Place(unmap);
        plan.Try(null, SystemCall.Munmap, window, end);
        plan.Place(done);
        plan.Do(OperationKind.Store64, null, said, result);
        plan.Do(OperationKind.Break, null);
    }
}
