using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Elf;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Brings the vdso to its old place. The new kernel's is taken when it is the same to the byte (MAP_FIXED cannot move
/// it, mremap can: mm/mremap.c). When it differs, the old bytes come back as ordinary memory with each
/// function replaced by its system call, since programs keep the functions' addresses.
/// </summary>
public static class VdsoRestore
{
    private const ulong MayMoveFixed = MREMAP_MAYMOVE | MREMAP_FIXED;

    /// <summary>In the main process, before it makes others, which inherit what it has: moves the kernel's pages into the region, and unmaps all
    /// else.</summary>
    /// <returns>A slot that is 1 when they are parked, 0 when the kernel's vdso is another.</returns>
    public static Slot Park(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        Slot same = plan.NewSlot();
        if (context.Filled is not null)
        {
            // By the process that was filled.
            plan.Set(same, 1);
            return same;
        }

        plan.Set(same, 0);
        if (Parked(context) is { } vdso)
        {
            PlanLabel done = new("vdso parked");
            plan.JumpIf(WellKnownSlots.Vdso, Condition.Equal, 0, done);
            plan.Do(OperationKind.MemoryEqual, same, WellKnownSlots.Vdso, plan.Bytes(vdso.Bytes, "vdso"), vdso.Bytes.Length);
            plan.JumpIf(same, Condition.Equal, 0, done);
            Park(plan, vdso, context.Tree.RegionBase + context.Tree.RegionLength);
            plan.Place(done);
        }

        UnmapOthers(plan, context.Tree.RegionBase, context.Tree.RegionLength);
        return same;
    }

    /// <summary>Moves this kernel's pages to where a region ends.</summary>
    public static void Park(PlanBuilder plan, VdsoImage vdso, ulong end)
    {
        ulong park = end - ParkLength(vdso);
        Slot at = plan.NewSlot();
        foreach (KernelRange range in Ranges(vdso))
        {
            plan.Do(OperationKind.Add, at, WellKnownSlots.Vdso, range.Start - vdso.Start);
            plan.Call("move the vdso", SystemCall.Mremap, at, range.Length, range.Length, Argument.Named(MayMoveFixed, "MREMAP_MAYMOVE|MREMAP_FIXED"), new RemoteAddress(park));
            park += range.Length;
        }
    }

    /// <summary>Moves what is parked to where another region ends.</summary>
    public static void ParkElsewhere(PlanBuilder plan, VdsoImage vdso, ulong from, ulong to)
    {
        from -= ParkLength(vdso);
        to -= ParkLength(vdso);
        foreach (KernelRange range in Ranges(vdso))
        {
            plan.Call("move the vdso", SystemCall.Mremap, new RemoteAddress(from), range.Length, range.Length, Argument.Named(MayMoveFixed, "MREMAP_MAYMOVE|MREMAP_FIXED"), new RemoteAddress(to));
            from += range.Length;
            to += range.Length;
        }
    }

    /// <summary>All that is not the region.</summary>
    public static void UnmapOthers(PlanBuilder plan, ulong region, ulong length)
    {
        ulong end = region + length;
        plan.Call("unmap the stub's own", SystemCall.Munmap, 0, new RemoteAddress(region));
        plan.Call("unmap the stub's own", SystemCall.Munmap, new RemoteAddress(end), new RemoteAddress(AddressSpace.End - end));
    }

    /// <summary>Puts it to its old place.</summary>
    public static void Unpark(PlanContext context)
    {
        VdsoImage? vdso = context.Image.Memory.Vdso;
        if (vdso is null)
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        PlanLabel other = new("another vdso");
        PlanLabel done = new("vdso home");
        if (IsAlike(vdso, Parked(context)!))
        {
            plan.JumpIf(context.VdsoParked, Condition.Equal, 0, other);
        }
        else
        {
            plan.Jump(other);
        }

        ulong park = context.Tree.RegionBase + context.Tree.RegionLength - ParkLength(vdso);
        foreach (KernelRange range in Ranges(vdso))
        {
            plan.Call("move the vdso", SystemCall.Mremap, new RemoteAddress(park), range.Length, range.Length, Argument.Named(MayMoveFixed, "MREMAP_MAYMOVE|MREMAP_FIXED"), new RemoteAddress(range.Start));
            park += range.Length;
        }

        plan.Jump(done);
        plan.Place(other);
        byte[] patched = VdsoPatch.WithSystemCalls(vdso.Bytes);
        RemoteAddress start = new(vdso.Start);
        Slot cursor = plan.NewSlot();
        plan.Call("map the vdso's copy", SystemCall.Mmap, start, patched.Length, 3, Argument.Named(0x100022, "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE"), -1, 0);
        plan.Set(cursor, start);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), plan.Bytes(patched, "patched vdso"), patched.Length);
        plan.Call("protect the vdso's copy", SystemCall.Mprotect, start, patched.Length, 5);
        plan.Place(done);
    }

    /// <summary>What is parked for all processes: they have the same kernel's, each at an address of its own.</summary>
    private static VdsoImage? Parked(PlanContext context) => context.Tree.Processes.Select(process => process.Memory.Vdso).FirstOrDefault(vdso => vdso is not null);

    private static bool IsAlike(VdsoImage vdso, VdsoImage parked) => ReferenceEquals(vdso, parked)
        || (vdso.Bytes.AsSpan().SequenceEqual(parked.Bytes)
            && vdso.Data.Select(range => new KernelRange(range.Start - vdso.Start, range.Length)).SequenceEqual(parked.Data.Select(range => new KernelRange(range.Start - parked.Start, range.Length))));

    /// <summary>Bytes of the region's end that the kernel's pages need.</summary>
    public static ulong ParkLength(VdsoImage? vdso)
    {
        ulong length = 0;
        if (vdso is not null)
        {
            foreach (KernelRange range in Ranges(vdso))
            {
                length += range.Length;
            }
        }

        return length;
    }

    private static IEnumerable<KernelRange> Ranges(VdsoImage vdso) =>
        [.. vdso.Data, new KernelRange(vdso.Start, (ulong)vdso.Bytes.Length)];
}
