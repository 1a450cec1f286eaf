using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Restore;

/// <summary>Plan operations for memory that a process and its children have alike: read once, before the children are made.</summary>
internal static class CommonMemoryRestore
{
    /// <summary>In a process that is about to make a child, the first time that one inherits something.</summary>
    public static void StageFor(PlanContext context, int child)
    {
        int pid = context.Image.Attributes.Pid;
        if (!context.HasStagedMemory && context.Common.Inherits(child, pid))
        {
            context.HasStagedMemory = true;
            Stage(context);
        }
    }

    private static void Stage(PlanContext context)
    {
        InheritedMemory have = context.Inherited;
        ContentMap missing = context.Common.Staged(context.Image.Attributes.Pid).Without(have.Content);
        HugePageRestore huge = new(context);
        List<CommonRange> ranges = [.. have.Ranges];
        foreach (CommonRange range in context.Common.Ranges.Where(range => !have.Ranges.Contains(range) && missing.In(range.Start, range.End).Any()))
        {
            MemoryRestore.MapCommon(context, range);
            huge.EmitCommon(range, missing);
            ranges.Add(range);
        }

        huge.Prevent();
        ContentMap content = have.Content;
        foreach (ProcessImage process in Family(context.Tree, context.Image))
        {
            IReadOnlyList<MemorySegment> segments = context.Common.Segments(process.Attributes.Pid);
            ContentMap wanted = missing.Same(ContentMap.Of(segments));
            List<MemorySegment> whole = Whole(context, wanted.Touched(segments), wanted);
            MemoryRestore.EmitReads(context, 0, whole, 0, whole.Count);
            content = wanted.Fill(content);
            missing = missing.Without(wanted);
        }

        ranges.Sort((left, right) => left.Start.CompareTo(right.Start));
        context.Inherited = new InheritedMemory(ranges, content);
    }

    /// <summary>When a process has made its children: what it has inherited or staged and is not its own goes.</summary>
    public static void Unmap(PlanContext context)
    {
        foreach ((ulong start, ulong end) in context.Inherited.Needless(context.Image.Memory.Mappings))
        {
            context.Plan.Call($"unmap {new RemoteAddress(start)}, which others have", SystemCall.Munmap, new RemoteAddress(start), end - start);
        }
    }

    /// <summary>Of a mapping that is there: pages that hold something and are zeros in this process.</summary>
    /// <param name="own">What it has there.</param>
    public static void Drop(PlanContext context, MappingImage mapping, ContentMap own)
    {
        foreach (ContentRange part in context.Inherited.Content.Outside(own).In(mapping.Start, mapping.End))
        {
            RemoteAddress start = new(part.Start);
            context.Plan.Call($"empty {start}", SystemCall.Madvise, start, part.End - part.Start, Argument.Named(MADV_DONTNEED, "MADV_DONTNEED"));
        }
    }

    /// <summary>Reads what a process wants in part, through a window: its other pages may be in common with others, and would not be any more if
    /// they were written.</summary>
    /// <param name="segments">By ascending address.</param>
    /// <param name="wanted">Nothing but what they hold.</param>
    /// <returns>Those that are wanted as a whole, which are not read.</returns>
    public static List<MemorySegment> Whole(PlanContext context, IReadOnlyList<MemorySegment> segments, ContentMap wanted)
    {
        List<MemorySegment> whole = [.. segments.Where(segment => !wanted.Gaps(segment.Address, segment.Address + (ulong)segment.Length).Any())];
        if (whole.Count == segments.Count)
        {
            return whole;
        }

        PlanBuilder plan = context.Plan;
        Slot window = plan.NewSlot(), from = plan.NewSlot(), to = plan.NewSlot();
        plan.CallInto(window, "map a window", SystemCall.Mmap, 0, MemorySegment.MaxLength, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        foreach (MemorySegment segment in segments.Except(whole))
        {
            plan.Do(OperationKind.ReadChecked, null, context.Self, window, segment.Length, segment.FileOffset, segment.Checksum, context.Buffer(0));
            foreach (ContentRange part in wanted.In(segment.Address, segment.Address + (ulong)segment.Length))
            {
                plan.Do(OperationKind.Add, from, window, part.Start - segment.Address);
                plan.Set(to, new RemoteAddress(part.Start));
                plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(to), from, part.End - part.Start);
            }
        }

        plan.Call(null, SystemCall.Munmap, window, MemorySegment.MaxLength);
        return whole;
    }

    /// <summary>A process first, then all that descend from it.</summary>
    private static List<ProcessImage> Family(TreeImage tree, ProcessImage first)
    {
        List<ProcessImage> family = [first];
        HashSet<int> pids = [first.Attributes.Pid];
        foreach (ProcessImage process in tree.Processes.Where(process => process.Parent != 0 && pids.Contains(process.Parent)))
        {
            pids.Add(process.Attributes.Pid);
            family.Add(process);
        }

        return family;
    }
}
