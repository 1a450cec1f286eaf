using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// System V shared memory. The main process makes and fills the segments; each process attaches what it had; when all have, they
/// get their owners and modes, and those that were removed are removed.
/// <code>
/// base            start          end                 a mapping of a part: the whole is attached anywhere, and the part moved
///  |................|==============|........|         to its place; so shmdt(2), which looks for the base, finds it
/// </code>
/// </summary>
internal static class SegmentRestore
{
    private const int ReadOnly = 0x1000; // SHM_RDONLY
    private const int Execute = 0x8000; // SHM_EXEC
    private const int Lock = 11; // SHM_LOCK
    private const int Remove = 0; // IPC_RMID
    private const int FactsLength = 112; // struct shmid64_ds
    private const int MayMoveFixed = MREMAP_MAYMOVE | MREMAP_FIXED;

    /// <summary>In the main process.</summary>
    public static void Make(PlanContext context, SharedObjectImage shared)
    {
        PlanBuilder plan = context.Plan;
        SegmentImage segment = shared.Segment!;
        int id = segment.Name.Id;
        SystemVPlan.Make(plan, "shm", SystemCall.Shmget, segment.Name, shared.Length);
        if (shared.Segments.Count > 0)
        {
            Slot window = plan.CallResult($"attach System V memory {id}", SystemCall.Shmat, id, 0, 0);
            Slot at = plan.NewSlot();
            foreach (MemorySegment piece in shared.Segments)
            {
                plan.Do(OperationKind.Add, at, window, piece.Address);
                plan.Do(OperationKind.ReadChecked, null, context.Self, at, piece.Length, piece.FileOffset, piece.Checksum, context.Buffer(0));
            }

            plan.Call(null, SystemCall.Shmdt, window);
        }

        if (segment.Locked)
        {
            plan.Call($"lock System V memory {id}", SystemCall.Shmctl, id, Argument.Named(Lock, "SHM_LOCK"), 0);
        }
    }

    /// <summary>When all have attached them.</summary>
    public static void Finish(PlanContext context)
    {
        foreach (SegmentImage segment in context.Tree.SharedObjects.Select(shared => shared.Segment).OfType<SegmentImage>())
        {
            SystemVPlan.Own(context.Plan, SystemCall.Shmctl, segment.Name, FactsLength);
            if (segment.Removed)
            {
                context.Plan.Call($"remove System V memory {segment.Name.Id}", SystemCall.Shmctl, segment.Name.Id, Argument.Named(Remove, "IPC_RMID"), 0);
            }
        }
    }

    /// <summary>Makes a mapping, if it is one of a segment; with it all others that one shmat(2) made.</summary>
    /// <returns>False for one of anything else.</returns>
    public static bool TryAttach(PlanContext context, MappingImage mapping)
    {
        if (mapping.Object < 0 || !context.Image.Memory.SharedObjects[mapping.Object].Key.StartsWith(SegmentImage.KeyPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        IReadOnlyList<MappingImage> views = [.. context.Image.Memory.Mappings.Where(other => other.Object == mapping.Object && Base(other) == Base(mapping))];
        if (views[0] == mapping)
        {
            string key = context.Image.Memory.SharedObjects[mapping.Object].Key;
            Attach(context.Plan, context.Tree.SharedObjects.First(shared => shared.Key == key), views);
        }

        return true;
    }

    private static ulong Base(MappingImage view) => unchecked(view.Start - view.Offset);

    private static void Attach(PlanBuilder plan, SharedObjectImage shared, IReadOnlyList<MappingImage> views)
    {
        int id = shared.Segment!.Name.Id;
        ulong length = RemoteAddress.WholePages((ulong)shared.Length);
        bool writable = views.Any(view => (view.Flags & VmaFlags.MayWrite) != 0);
        int flags = (writable ? 0 : ReadOnly) | (views.Any(view => (view.Protection & VmaProtection.Execute) != 0) ? Execute : 0);
        string doing = $"attach System V memory {id} at {new RemoteAddress(views[0].Start)}";
        if (IsWhole(views, length))
        {
            plan.Call(doing, SystemCall.Shmat, id, new RemoteAddress(views[0].Start), flags);
        }
        else
        {
            AttachParts(plan, doing, id, flags, length, views);
        }

        VmaProtection made = (writable ? VmaProtection.Read | VmaProtection.Write : VmaProtection.Read) | ((flags & Execute) != 0 ? VmaProtection.Execute : 0);
        foreach (MappingImage view in views.Where(view => view.Protection != made))
        {
            RemoteAddress start = new(view.Start);
            plan.Call($"protect {start}", SystemCall.Mprotect, start, view.Length, (ulong)view.Protection);
        }
    }

    private static bool IsWhole(IReadOnlyList<MappingImage> views, ulong length)
    {
        ulong at = 0;
        foreach (MappingImage view in views)
        {
            if (view.Offset != at)
            {
                return false;
            }

            at += view.Length;
        }

        return at == length;
    }

    private static void AttachParts(PlanBuilder plan, string doing, int id, int flags, ulong length, IReadOnlyList<MappingImage> views)
    {
        Slot whole = plan.CallResult(doing, SystemCall.Shmat, id, 0, flags);
        Slot at = plan.NewSlot();
        ulong left = 0;
        foreach (MappingImage view in views)
        {
            Leave(view.Offset);
            plan.Do(OperationKind.Add, at, whole, view.Offset);
            plan.Call(doing, SystemCall.Mremap, at, view.Length, view.Length, MayMoveFixed, new RemoteAddress(view.Start));
            left = view.Offset + view.Length;
        }

        Leave(length);

        void Leave(ulong end)
        {
            if (end > left)
            {
                plan.Do(OperationKind.Add, at, whole, left);
                plan.Call(null, SystemCall.Munmap, at, end - left);
            }
        }
    }
}
