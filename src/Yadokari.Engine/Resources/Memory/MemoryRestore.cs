using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Clone;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Plan operations that rebuild the address space. Anonymous memory is read in eagerly: as a private mapping of
/// the context file it would show old data after MADV_DONTNEED, where programs rely on zeros.</summary>
public static class MemoryRestore
{
    private const int AtOnce = O_NONBLOCK | O_NOCTTY | O_CLOEXEC; // whatever may be at the path, nobody waits for a pipe's other end
    private const int UnnamedFile = O_TMPFILE | O_CLOEXEC | O_RDWR;
    private const int NewFile = O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDWR;
    private const int WorthPopulating = 64 * 1024;
    private const long WorthHelper = 16L << 20;
    private const int CloneLength = 88;

    public static void Emit(PlanContext context)
    {
        EmitLayout(context);
        EmitObjects(context, context.Image.Memory.SharedObjects, context.Staged(context.StagedCount));
        MemoryImage memory = context.Image.Memory;
        CommonMemoryRestore.Unmap(context);
        HugePageRestore huge = new(context);
        int next = 0;
        foreach (MappingImage mapping in memory.Mappings)
        {
            int first = next;
            while (next < memory.Segments.Count && memory.Segments[next].Address < mapping.End)
            {
                next++;
            }

            EmitMapping(context, mapping, memory.Segments, first, next, huge);
        }

        huge.Finish();

        foreach (KernelRange guard in memory.GuardPages)
        {
            RemoteAddress start = new(guard.Start);
            context.Plan.Call($"guard {start}", SystemCall.Madvise, start, guard.Length, Argument.Named(MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL"));
        }
    }

    /// <summary>After the descriptors are rebuilt, the shared objects' own are no longer needed.</summary>
    public static void CloseObjects(PlanContext context)
    {
        HashSet<string> closed = [];
        foreach (Descriptors.CarriedFileImage file in context.Image.Descriptors.Files)
        {
            closed.Add(SharedObjectImage.KeyOf(file.Device, file.Inode));
        }

        closed.ExceptWith(context.CommonObjects);
        closed.UnionWith(context.Image.SharesDescriptors ? context.CommonObjects : []);
        if (context.Image.Parent == 0)
        {
            closed.UnionWith(context.Tree.Shared.Files.Select(file => SharedObjectImage.KeyOf(file.Device, file.Inode)));
        }

        foreach ((string key, Slot slot) in context.Objects)
        {
            if (!closed.Contains(key))
            {
                context.Plan.Call(null, SystemCall.Close, slot);
            }
        }
    }

    private static void EmitLayout(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        MemoryImage memory = context.Image.Memory;
        byte[] bytes = new byte[104];
        for (int i = 0; i < memory.Layout.Count; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * 8), memory.Layout[i]);
        }

        BitConverter.TryWriteBytes(bytes.AsSpan(96), memory.AuxiliaryVector.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(100), -1);
        DataReference map = plan.Bytes(bytes, "{start_code…, auxv, exe_fd}");
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(map, 88), plan.Bytes(memory.AuxiliaryVector, "auxv"));
        PlanLabel without = new("without executable");
        PlanLabel done = new("layout set");
        if (memory.Executable is not null)
        {
            Slot file = plan.NewSlot();
            Slot result = plan.NewSlot();
            plan.CallOrJump(file, without, SystemCall.Open, plan.Text(memory.Executable), O_RDONLY | O_CLOEXEC, 0);
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(map, 100), file);
            plan.Try(result, SystemCall.Prctl, Argument.Named(PR_SET_MM, "PR_SET_MM"), Argument.Named(PR_SET_MM_MAP, "PR_SET_MM_MAP"), map, bytes.Length);
            plan.Call(null, SystemCall.Close, file);
            plan.JumpIf(result, Condition.GreaterOrEqual, 0, done);
        }

        plan.Place(without);

        // Else it would be the context file: a program that starts itself by /proc/self/exe would resume the job once more.
        PlanLabel none = new("no program at all");
        Slot empty = plan.NewSlot();
        Slot taken = plan.NewSlot();
        plan.CallOrJump(empty, none, SystemCall.Memfd_create, plan.Text(context.Image.Threads[0].Name), MFD_CLOEXEC);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(map, 100), empty);
        plan.Try(taken, SystemCall.Prctl, Argument.Named(PR_SET_MM, "PR_SET_MM"), Argument.Named(PR_SET_MM_MAP, "PR_SET_MM_MAP"), map, bytes.Length);
        plan.Call(null, SystemCall.Close, empty);
        plan.JumpIf(taken, Condition.GreaterOrEqual, 0, done);
        plan.Place(none);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(map, 100), -1);
        plan.Call("set the memory layout (PR_SET_MM_MAP)", SystemCall.Prctl, Argument.Named(PR_SET_MM, "PR_SET_MM"), Argument.Named(PR_SET_MM_MAP, "PR_SET_MM_MAP"), map, bytes.Length);
        plan.Place(done);
    }

    /// <summary>In the main process, before the others are made: what they have in common.</summary>
    public static void Stage(PlanContext context)
    {
        EmitObjects(context, context.Tree.SharedObjects, context.Staged(context.StagedCount));
        context.CommonObjects.UnionWith(context.Objects.Keys);
    }

    /// <param name="objects">What to make, but for what has been made.</param>
    /// <param name="number">Descriptors from here on are free.</param>
    private static void EmitObjects(PlanContext context, IReadOnlyList<SharedObjectImage> objects, int number)
    {
        PlanBuilder plan = context.Plan;
        foreach (SharedObjectImage shared in objects.Where(shared => !shared.Common))
        {
            if (shared.Segment is not null)
            {
                SegmentRestore.Make(context, shared);
                continue;
            }

            Slot low = plan.NewSlot();
            Slot file = plan.NewSlot();
            PlanLabel made = new("object made");
            Slot? found = shared.Travels is null ? null : TravellingFileRestore.Find(context, shared, low, made);
            PlanLabel filled = new("object filled");
            Slot? kept = shared.FoundAt is { } place ? OpenIfThere(plan, place, shared.Writable, low, made) : null;
            if (shared.NamedAt is { } name)
            {
                plan.CallInto(low, $"make {name}", SystemCall.Open, plan.Text(name), Argument.Named(NewFile, "O_CREAT|O_EXCL|O_NOFOLLOW|O_RDWR|O_CLOEXEC"), 0x180);
                plan.Jump(made);
            }
            else if (shared.Travels is not null)
            {
                plan.CallInto(low, $"make {shared.Travels}, which travels, in its directory", SystemCall.Open, plan.Text(shared.Directory!), Argument.Named(UnnamedFile, "O_TMPFILE|O_RDWR|O_CLOEXEC"), shared.Mode);
                plan.Jump(made);
            }
            else if (shared.Directory is not null)
            {
                PlanLabel inMemory = new("in memory");
                plan.CallOrJump(low, inMemory, SystemCall.Open, plan.Text(shared.Directory), Argument.Named(UnnamedFile, "O_TMPFILE|O_RDWR|O_CLOEXEC"), shared.Mode);
                plan.Jump(made);
                plan.Place(inMemory);
            }

            plan.CallInto(low, "memfd_create", SystemCall.Memfd_create, plan.Text(shared.Name), MFD_CLOEXEC | (shared.Seals >= 0 ? MFD_ALLOW_SEALING : 0));
            plan.Place(made);
            plan.CallInto(file, "keep a shared object", SystemCall.Fcntl, low, Argument.Named(1030, "F_DUPFD_CLOEXEC"), number);
            plan.Call(null, SystemCall.Close, low);
            context.Objects.Add(shared.Key, file);
            if (kept is { } opened)
            {
                plan.JumpIf(opened, Condition.Equal, 1, filled);
            }

            if (found is { } there)
            {
                context.Found.Add(shared.Key, there);
                plan.JumpIf(there, Condition.Equal, TravellingFileRestore.IsThere, filled);
                TravellingFileRestore.GiveOwner(context, file);
            }

            if (shared.Length > 0)
            {
                plan.Call("size a shared object", SystemCall.Ftruncate, file, shared.Length);
            }

            Slot window = plan.NewSlot();
            foreach (MemorySegment segment in shared.Segments)
            {
                plan.CallInto(window, "map a shared object", SystemCall.Mmap, 0, segment.Length, PROT_READ | PROT_WRITE, MAP_SHARED, file, segment.Address);
                plan.Do(OperationKind.ReadChecked, null, context.Self, window, segment.Length, segment.FileOffset, segment.Checksum, context.Buffer(0));
                plan.Call(null, SystemCall.Munmap, window, segment.Length);
            }

            Descriptors.RestoreTools.Own(plan, shared.Owner, file);
            plan.Call(null, SystemCall.Fchmod, file, shared.Mode);
            plan.Place(filled);
        }
    }

    /// <summary>Opens a file by its path; goes on behind only when it is gone.</summary>
    /// <returns>1 when it was there.</returns>
    private static Slot OpenIfThere(PlanBuilder plan, string path, bool writable, Slot low, PlanLabel there)
    {
        const int notDirectory = 20, refused = 5;
        Slot opened = plan.NewSlot();
        PlanLabel failed = new("not opened"), gone = new("gone");
        plan.Set(opened, 0);
        plan.CallOrJump(low, failed, SystemCall.Open, plan.Text(path), (writable ? O_RDWR : O_RDONLY) | AtOnce, 0);
        plan.Set(opened, 1);
        plan.Jump(there);
        plan.Place(failed);
        plan.JumpIf(low, Condition.Equal, -Errno.ENOENT, gone);
        plan.JumpIf(low, Condition.Equal, -notDirectory, gone);
        plan.Fail($"{path} can't be opened here", refused);
        plan.Place(gone);
        return opened;
    }

    private static void EmitMapping(PlanContext context, MappingImage mapping, IReadOnlyList<MemorySegment> segments, int first, int end, HugePageRestore huge)
    {
        if (context.Filled is { } filled && filled.Mappings.Contains(mapping.Start))
        {
            EmitProtection(context.Plan, mapping, mapping.Protection != (VmaProtection.Read | VmaProtection.Write));
        }
        else if (mapping.Unchanged && Covers(mapping, segments, first, end))
        {
            PlanLabel mapped = new($"mapped {new RemoteAddress(mapping.Start)}");
            huge.Prevent();
            EmitSameFile(context, mapping, segments, first, end, mapped);
            EmitContent(context, mapping, segments, first, end, huge);
            context.Plan.Place(mapped);
        }
        else if (context.Inherited.Has(mapping))
        {
            EmitInherited(context, mapping, [.. segments.Skip(first).Take(end - first)], huge);
        }
        else if (!SegmentRestore.TryAttach(context, mapping) && !AioContextRestore.TryMake(context, mapping))
        {
            EmitContent(context, mapping, segments, first, end, huge);
        }

        MemoryAdviceRestore.Emit(context.Plan, mapping);
    }

    /// <summary>A mapping that is there, with what relatives have: what differs is read.</summary>
    private static void EmitInherited(PlanContext context, MappingImage mapping, IReadOnlyList<MemorySegment> segments, HugePageRestore huge)
    {
        ContentMap own = ContentMap.Of(segments), have = context.Inherited.Content;
        CommonMemoryRestore.Drop(context, mapping, own);
        ContentMap wanted = own.Without(have);
        List<MemorySegment> read = wanted.Touched(segments);
        huge.Emit(mapping, read, 0, read.Count, have);
        if (read.Count > 0)
        {
            huge.Prevent();
            List<MemorySegment> whole = CommonMemoryRestore.Whole(context, read, wanted);
            EmitSegments(context, whole, 0, whole.Count);
        }

        EmitProtection(context.Plan, mapping, mapping.Protection != (VmaProtection.Read | VmaProtection.Write));
    }

    /// <summary>Memory for what several processes have, to be written.</summary>
    internal static void MapCommon(PlanContext context, CommonRange range)
    {
        RemoteAddress start = new(range.Start);
        int flags = MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS | KeptFlags(range.Flags);
        context.Plan.Call($"map {start} for several", SystemCall.Mmap, start, range.End - range.Start, Protection(VmaProtection.Read | VmaProtection.Write), Argument.Named((ulong)flags, FlagText(flags)), -1, 0);
    }

    /// <summary>Whether the segments hold every byte of a mapping (runs of zeros are left out of files).</summary>
    private static bool Covers(MappingImage mapping, IReadOnlyList<MemorySegment> segments, int first, int end)
    {
        ulong at = mapping.Start;
        for (int i = first; i < end && segments[i].Address == at; i++)
        {
            at += (ulong)segments[i].Length;
        }

        return at == mapping.End;
    }

    /// <summary>Maps this host's own file when it holds the same bytes: its pages are in memory already and shared with other
    /// programs. Else, whatever the reason, goes on behind with what the context file holds.</summary>
    private static void EmitSameFile(PlanContext context, MappingImage mapping, IReadOnlyList<MemorySegment> segments, int first, int end, PlanLabel mapped)
    {
        PlanBuilder plan = context.Plan;
        RemoteAddress start = new(mapping.Start);
        PlanLabel differs = new($"another file at {start}");
        PlanLabel content = new($"content of {start}");
        plan.CallOrJump(context.Passing, content, SystemCall.Open, plan.Text(mapping.Name), Argument.Named(AtOnce, "O_RDONLY|O_NONBLOCK|O_NOCTTY|O_CLOEXEC"), 0);
        for (int i = first; i < end; i++)
        {
            MemorySegment segment = segments[i];
            plan.Do(OperationKind.SameBytes, context.Same, context.Self, context.Passing, segment.Length, segment.FileOffset, mapping.Offset + (segment.Address - mapping.Start), context.Buffer(0));
            plan.JumpIf(context.Same, Condition.Equal, 0, differs);
        }

        int flags = MAP_FIXED_NOREPLACE | MAP_PRIVATE | KeptFlags(mapping.Flags); // never over something else
        plan.CallOrJump(null, differs, SystemCall.Mmap, start, mapping.Length, Protection(mapping.Protection), Argument.Named((ulong)flags, FlagText(flags)), context.Passing, mapping.Offset);
        plan.Call(null, SystemCall.Close, context.Passing);
        plan.Jump(mapped);
        plan.Place(differs);
        plan.Call(null, SystemCall.Close, context.Passing);
        plan.Place(content);
    }

    private static int KeptFlags(VmaFlags flags) => ((flags & VmaFlags.GrowsDown) != 0 ? MAP_GROWSDOWN : 0) | ((flags & VmaFlags.NoReserve) != 0 ? MAP_NORESERVE : 0);

    private static void EmitContent(PlanContext context, MappingImage mapping, IReadOnlyList<MemorySegment> segments, int first, int end, HugePageRestore huge)
    {
        PlanBuilder plan = context.Plan;
        int flags = MAP_FIXED_NOREPLACE | KeptFlags(mapping.Flags);
        Argument file = -1;
        Slot? opened = null;
        switch (mapping.Kind)
        {
            case MappingKind.SharedObject:
                flags |= MAP_SHARED;
                Slot shared = context.Objects[context.Image.Memory.SharedObjects[mapping.Object].Key];
                file = shared;
                if ((mapping.Flags & VmaFlags.MayWrite) == 0)
                {
                    // A view that may become writable would stand in the way of F_SEAL_WRITE.
                    opened = OpenForReading(context, shared);
                    file = opened.Value;
                }

                break;
            case MappingKind.PrivateObject:
                flags |= MAP_PRIVATE;
                opened = OpenForReading(context, context.Objects[context.Image.Memory.SharedObjects[mapping.Object].Key]);
                file = opened.Value;
                break;
            case MappingKind.SharedFile or MappingKind.PrivateFile:
                flags |= mapping.Kind == MappingKind.SharedFile ? MAP_SHARED : MAP_PRIVATE;
                opened = context.Passing;
                plan.CallInto(context.Passing, $"open {mapping.Name}", SystemCall.Open, plan.Text(mapping.Name), (mapping.Writable ? O_RDWR : O_RDONLY) | AtOnce, 0);
                file = context.Passing;
                break;
            case MappingKind.Private:
                flags |= MAP_PRIVATE | MAP_ANONYMOUS;
                break;
            default:
                throw new InvalidOperationException($"a mapping of kind {mapping.Kind}");
        }

        bool writable = (mapping.Protection & VmaProtection.Write) != 0;
        bool unlock = !writable && (end > first || huge.Has(mapping));
        RemoteAddress start = new(mapping.Start);
        PlanLabel made = new($"made {start}");
        if ((mapping.Flags & VmaFlags.Droppable) != 0)
        {
            // A kernel that can't drop pages (before 6.11) keeps them: that is permitted.
            int droppable = (flags & ~MAP_PRIVATE) | MAP_DROPPABLE;
            Slot result = plan.NewSlot();
            plan.Try(result, SystemCall.Mmap, start, mapping.Length, Protection(unlock ? VmaProtection.Read | VmaProtection.Write : mapping.Protection), Argument.Named((ulong)droppable, "MAP_DROPPABLE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE"), -1, 0);
            plan.JumpIf(result, Condition.Equal, start, made);
        }

        plan.Call(
            $"map {start}",
            SystemCall.Mmap,
            start,
            mapping.Length,
            Protection(unlock ? VmaProtection.Read | VmaProtection.Write : mapping.Protection),
            Argument.Named((ulong)flags, FlagText(flags)),
            file,
            mapping.Offset);
        plan.Place(made);
        if (opened is { } own)
        {
            plan.Call(null, SystemCall.Close, own);
        }

        huge.Emit(mapping, segments, first, end, ContentMap.Empty);
        if (end > first)
        {
            huge.Prevent();
            EmitSegments(context, segments, first, end);
        }

        EmitProtection(plan, mapping, unlock);
    }

    private static void EmitProtection(PlanBuilder plan, MappingImage mapping, bool differs)
    {
        if (differs)
        {
            RemoteAddress start = new(mapping.Start);
            plan.Call($"protect {start}", SystemCall.Mprotect, start, mapping.Length, Protection(mapping.Protection));
        }
    }

    /// <returns>Another description of a shared object; the slot is valid until the next file is opened.</returns>
    private static Slot OpenForReading(PlanContext context, Slot made)
    {
        PlanBuilder plan = context.Plan;
        DataReference path = plan.Room(40, "/proc/self/fd/N");
        plan.DescriptorPath(path, context.Passing, made);
        plan.CallInto(context.Passing, "open a shared object for reading", SystemCall.Open, path, O_RDONLY | O_CLOEXEC, 0);
        return context.Passing;
    }

    private static void EmitSegments(PlanContext context, IReadOnlyList<MemorySegment> segments, int first, int end)
    {
        long bytes = 0;
        for (int i = first; i < end; i++)
        {
            bytes += segments[i].Length;
        }

        if (bytes < WorthHelper || !context.MayMakeOthers)
        {
            EmitReads(context, 0, segments, first, end);
            return;
        }

        if (context.Tree.HasRelatives)
        {
            TreeRestore.AwaitAll(context);
        }

        // A second reader in the same memory, gone before anything else is rebuilt. Where it can't be made (a limit of
        // processes) the first does its part as well.
        PlanBuilder plan = context.Plan;
        int middle = first;
        for (long half = 0; half < bytes / 2; middle++)
        {
            half += segments[middle].Length;
        }

        byte[] arguments = new byte[CloneLength];
        BinaryPrimitives.WriteUInt64LittleEndian(arguments, CLONE_VM | CLONE_FS | CLONE_FILES);
        DataReference clone = plan.Bytes(arguments, "{CLONE_VM|CLONE_FS|CLONE_FILES}");
        DataReference status = plan.Room(8, "status");
        Slot helper = plan.NewSlot();
        Slot ended = plan.NewSlot();
        PlanLabel reader = new("second reader");
        PlanLabel second = new("second half of the memory");
        PlanLabel done = new("memory read");
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [clone, CloneLength], Result = helper, OnError = OnError.Ignore, Target = reader });
        EmitReads(context, 0, segments, first, middle);
        plan.JumpIf(helper, Condition.Less, 0, second);
        plan.Call("wait for the second half of the memory", SystemCall.Wait4, helper, status, Argument.Named(__WALL, "__WALL"), 0);
        plan.Do(OperationKind.Load32, ended, status);
        plan.JumpIf(ended, Condition.Equal, 0, done);
        plan.Do(OperationKind.ExitAs, null, ended); // it has said why
        plan.Place(reader);
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), SIGKILL); // no reader without the first
        plan.Place(second);
        EmitReads(context, 1, segments, middle, end);
        plan.JumpIf(helper, Condition.Less, 0, done);
        plan.Call(null, SystemCall.Exit, 0);
        plan.Place(done);
    }

    /// <summary>Reads segments to where they belong, which may be written.</summary>
    internal static void EmitReads(PlanContext context, int reader, IReadOnlyList<MemorySegment> segments, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            MemorySegment segment = segments[i];
            RemoteAddress address = new(segment.Address);
            if (segment.Length >= WorthPopulating)
            {
                // Pages in one go; one fault for each while they are read costs more. Older kernels (before 5.14) refuse.
                context.Plan.Try(null, SystemCall.Madvise, address, segment.Length, Argument.Named(MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE"));
            }

            context.Plan.Do(OperationKind.ReadChecked, null, context.Self, address, segment.Length, segment.FileOffset, segment.Checksum, context.Buffer(reader));
        }
    }

    private static Argument Protection(VmaProtection protection) => Argument.Named((ulong)protection, protection == VmaProtection.None ? "PROT_NONE" : protection.ToString().Replace(", ", "|", StringComparison.Ordinal));

    private static string FlagText(int flags)
    {
        List<string> names = [(flags & MAP_SHARED) != 0 ? "MAP_SHARED" : "MAP_PRIVATE"];
        if ((flags & MAP_ANONYMOUS) != 0)
        {
            names.Add("MAP_ANONYMOUS");
        }

        if ((flags & MAP_GROWSDOWN) != 0)
        {
            names.Add("MAP_GROWSDOWN");
        }

        if ((flags & MAP_NORESERVE) != 0)
        {
            names.Add("MAP_NORESERVE");
        }

        names.Add("MAP_FIXED_NOREPLACE");
        return string.Join('|', names);
    }
}
