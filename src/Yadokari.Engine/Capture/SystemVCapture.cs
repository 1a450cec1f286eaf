using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Capture;

/// <summary>System V objects of a frozen job: its main process tells of them in the job's own numbers, and what they hold, as far as
/// that is no memory.</summary>
internal sealed class SystemVCapture
{
    private const int Stat = 2; // IPC_STAT
    private const int GetAll = 13;
    private const int CopyLetter = 0x4800; // MSG_COPY|IPC_NOWAIT
    private const int QueueFactsLength = 120;
    private const int MaxBytesOffset = 88;
    private const int ReadAtOnce = 64 * 1024;
    private const int LettersAtOnce = 200;
    private const int RoomForLetters = 128 * 1024;
    private const uint PermissionBits = 0x1ff;

    private readonly List<Obstacle> _obstacles = [];
    private readonly Dictionary<int, IReadOnlyList<SemaphoreUndoImage>> _undos = [];

    private SystemVCapture()
    {
    }

    /// <summary>Null: the job has no IPC namespace of its own, and needs none for these.</summary>
    public IpcImage? Image { get; private set; }

    /// <summary>It is in the IPC namespace of the host: what of it the job leaves there would stay.</summary>
    public bool IsOutside { get; private set; }

    /// <summary>Its segments, by key of their shared object.</summary>
    public IReadOnlyDictionary<string, SystemVObject> Segments { get; private set; } = new Dictionary<string, SystemVObject>();

    /// <summary>Objects of the host's namespace that go when the job goes.</summary>
    public IReadOnlyList<SystemVObject> Used { get; private set; } = [];

    public IReadOnlyList<Obstacle> Obstacles => _obstacles;

    /// <summary>What is undone to semaphores at the end of a process.</summary>
    public IReadOnlyList<SemaphoreUndoImage> UndosOf(int pid) => _undos.GetValueOrDefault(pid) ?? [];

    /// <param name="asked">The job's processes, the main process first.</param>
    /// <param name="ended">Those that wait to be reaped.</param>
    /// <param name="lease">See <see cref="RemoteBatch.Create"/>.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static SystemVCapture Ask(IReadOnlyList<AskedProcess> asked, IReadOnlyList<int> ended, TimeSpan lease)
    {
        SystemVCapture capture = new();
        SystemVOwnership ownership = SystemVOwnership.Find([.. asked.Select(process => (process.Pid, process.Vmas))], ended, standsStill: true);
        capture._obstacles.AddRange(ownership.Obstacles);
        capture.Used = ownership.Used;
        capture.IsOutside = ownership.Place == IpcPlace.Outside;
        if (ownership.Place == IpcPlace.Outside && ownership.Objects.Count == 0)
        {
            return capture;
        }

        FrozenProcess main = asked[0].Frozen;
        using RemoteBatch batch = RemoteBatch.Create(main, asked[0].Vmas, lease);
        capture.Ask(main, batch, ownership, asked, lease);
        return capture;
    }

    /// <summary>A shared object with what is known of it as a segment.</summary>
    public SharedObjectImage Complete(SharedObjectImage shared)
    {
        if (!Segments.TryGetValue(shared.Key, out SystemVObject? segment))
        {
            return shared;
        }

        return shared with
        {
            Length = segment.Size,
            Segment = new SegmentImage(NameOf(segment), (segment.Mode & SystemVObject.Removed) != 0, (segment.Mode & SystemVObject.Locked) != 0),
        };
    }

    private static SystemVName NameOf(SystemVObject one) => new(one.Id, one.Key, (int)(one.Mode & PermissionBits), one.Uid, one.Gid, one.CreatorUid, one.CreatorGid);

    private void Ask(FrozenProcess main, RemoteBatch batch, SystemVOwnership ownership, IReadOnlyList<AskedProcess> asked, TimeSpan lease)
    {
        HashSet<(SystemVKind, int)> known = [.. ownership.Objects.Select(one => (one.Kind, one.Id))];
        IReadOnlyList<SystemVObject> Read(SystemVKind kind) =>
            [.. SystemVObject.Parse(kind, ReadFile(main, batch, SystemVObject.PathOf(kind))).Where(one => ownership.Place != IpcPlace.Outside || known.Contains((kind, one.Id)))];

        IReadOnlyList<SystemVObject> segments = Read(SystemVKind.Memory), sets = Read(SystemVKind.Semaphores), queues = Read(SystemVKind.Messages);
        if (ownership.Place == IpcPlace.Foreign)
        {
            FindForeign([.. sets, .. queues], asked[0].Pid);
            return;
        }

        foreach ((AskedProcess process, Vma view) in asked.SelectMany(process => process.Vmas.Where(SystemVMapping.IsSegment).Select(view => (process, view))))
        {
            if (segments.FirstOrDefault(segment => segment.Id == (int)view.Inode) is not { } segment || view.Offset + view.Length > RemoteAddress.WholePages((ulong)segment.Size))
            {
                _obstacles.Add(new Obstacle("sysv-shm", $"{ProcessLabel.Of(process.Pid)} maps more of System V shared memory {view.Inode} than there is (mremap)"));
            }
        }

        Segments = segments.ToDictionary(segment => SystemVMapping.KeyOf((ulong)segment.Id));
        List<SemaphoreSetImage> semaphores = [];
        foreach (SystemVObject set in sets)
        {
            if (Values(main, batch, set) is { } values)
            {
                semaphores.Add(new SemaphoreSetImage(NameOf(set), values));
            }
        }

        if (semaphores.Count > 0)
        {
            FindUndos(asked, batch, semaphores, lease);
        }

        List<MessageQueueImage> letters = [];
        foreach (SystemVObject queue in queues)
        {
            if (Queue(main, batch, queue) is { } image)
            {
                letters.Add(image);
            }
        }

        Image = new IpcImage { Semaphores = semaphores, Queues = letters };
    }

    /// <summary>Who stands still has removed nothing: it was another program's, which was taken for the job's because nobody had used it.</summary>
    internal static bool IsGone(long result) => result is -Errno.EINVAL or -Errno.EIDRM;

    /// <summary>Nobody can say who uses them.</summary>
    private void FindForeign(IReadOnlyList<SystemVObject> others, int main)
    {
        uint user = ProcStatus.Read(main)?.Uids[1] ?? 0;
        foreach (SystemVObject one in others.Where(one => one.CreatorUid == user))
        {
            _obstacles.Add(new Obstacle(one.Kind == SystemVKind.Messages ? "sysv-msg" : "sysv-sem", $"System V object {one.Id} ({SystemVObject.NameOf(one.Kind)}) is in an IPC namespace that is neither the job's own nor this one (a container's): yado can't tell who uses it"));
        }
    }

    private void FindUndos(IReadOnlyList<AskedProcess> asked, RemoteBatch batch, IReadOnlyList<SemaphoreSetImage> sets, TimeSpan lease)
    {
        IReadOnlyList<int> outside = [.. ProcTasks.Everybody().Except(asked.Select(process => process.Pid))];
        List<FrozenProcess> lists = [];
        foreach (AskedProcess process in asked)
        {
            FrozenProcess frozen = process.Frozen;
            string whose = ProcessLabel.Of(process.Pid);
            if (SemaphoreUndos.Apart(frozen) is var thread and not 0)
            {
                _obstacles.Add(new Obstacle("sysv-undo", $"thread {thread} of {whose} has a list of its own of what is undone to System V semaphores (SEM_UNDO) at its end"));
                continue;
            }

            if (!SemaphoreUndos.MayHave(frozen, outside))
            {
                continue;
            }

            using RemoteBatch? own = process == asked[0] ? null : RemoteBatch.Create(frozen, process.Vmas, lease);
            IReadOnlyList<SemaphoreUndoImage> found = SemaphoreUndos.Ask(frozen, own ?? batch, sets, out int error);
            if (error != 0)
            {
                _obstacles.Add(new Obstacle("sysv-undo", $"what {whose} undoes to System V semaphores at its end (SEM_UNDO) can't be told: {Errno.Message(error)}"));
            }
            else if (lists.Find(other => Kcmp.SharesUndo(other.Main.Tid, frozen.Main.Tid)) is { } relative)
            {
                // Both have one by now, so it is not that neither has.
                _obstacles.Add(new Obstacle("sysv-undo", $"{whose} and {ProcessLabel.Of(relative.Pid)} have what is undone to System V semaphores (SEM_UNDO) in common (CLONE_SYSVSEM)"));
            }
            else
            {
                lists.Add(frozen);
                _undos.Add(process.Pid, found);
            }
        }
    }

    private static string ReadFile(FrozenProcess main, RemoteBatch batch, string path)
    {
        List<byte> content = [];
        while (true)
        {
            PlanBuilder plan = new();
            DataReference room = plan.Room(ReadAtOnce);
            DataReference said = plan.Room(8);
            Slot file = plan.NewSlot(), got = plan.NewSlot();
            PlanLabel none = new("no such file");
            plan.Set(got, 0);
            plan.CallOrJump(file, none, SystemCall.Open, plan.Text(path), O_CLOEXEC, 0);
            plan.Try(got, SystemCall.Pread64, file, room, ReadAtOnce, content.Count);
            plan.Try(null, SystemCall.Close, file);
            plan.Place(none);
            plan.Do(OperationKind.Store64, null, said, got);
            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(main.Main, plan.Build());
            long length = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(said.Offset));
            if (length <= 0)
            {
                return System.Text.Encoding.ASCII.GetString([.. content]);
            }

            content.AddRange(data.AsSpan(room.Offset, (int)length));
        }
    }

    /// <summary>Null: it is gone.</summary>
    private byte[]? Values(FrozenProcess main, RemoteBatch batch, SystemVObject set)
    {
        PlanBuilder plan = new();
        DataReference values = plan.Room((int)set.Size * 2);
        DataReference said = plan.Room(8);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Semctl, set.Id, 0, GetAll, values);
        plan.Do(OperationKind.Store64, null, said, result);
        plan.Do(OperationKind.Break, null);
        byte[] data = batch.Run(main.Main, plan.Build());
        if (!IsThere(data, said, "sysv-sem", $"System V semaphores {set.Id}"))
        {
            return null;
        }

        return data.AsSpan(values.Offset, (int)set.Size * 2).ToArray();
    }

    /// <summary>Nothing is taken out of it. Null: it is gone, or is somebody else's who takes letters out of it.</summary>
    private MessageQueueImage? Queue(FrozenProcess main, RemoteBatch batch, SystemVObject queue)
    {
        PlanBuilder plan = new();
        DataReference facts = plan.Room(QueueFactsLength);
        DataReference said = plan.Room(8);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Msgctl, queue.Id, Stat, facts);
        plan.Do(OperationKind.Store64, null, said, result);
        plan.Do(OperationKind.Break, null);
        byte[] data = batch.Run(main.Main, plan.Build());
        if (!IsThere(data, said, "sysv-msg", $"System V message queue {queue.Id}"))
        {
            return null;
        }

        long maxBytes = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(facts.Offset + MaxBytesOffset));
        List<LetterImage> letters = [];
        if (queue.Size > RoomForLetters - (LettersAtOnce * sizeof(long)))
        {
            _obstacles.Add(new Obstacle("sysv-msg", $"System V message queue {queue.Id} holds {queue.Size} bytes, more than can be looked at"));
            return new MessageQueueImage(NameOf(queue), maxBytes, letters);
        }

        while (letters.Count < queue.Count && _obstacles.Count == 0)
        {
            if (!ReadLetters(main, batch, queue, letters))
            {
                return null;
            }
        }

        return new MessageQueueImage(NameOf(queue), maxBytes, letters);
    }

    /// <summary>One behind the other into the room, each as long as it is.</summary>
    /// <returns>False when it is not the job's: it is gone, or has fewer letters than a moment ago.</returns>
    private bool ReadLetters(FrozenProcess main, RemoteBatch batch, SystemVObject queue, List<LetterImage> letters)
    {
        int count = (int)Math.Min(queue.Count - letters.Count, LettersAtOnce);
        PlanBuilder plan = new();
        DataReference room = plan.Room((int)queue.Size + (count * sizeof(long)));
        DataReference lengths = plan.Room(count * sizeof(long));
        Slot at = plan.NewSlot(), length = plan.NewSlot();
        plan.Set(at, room);
        for (int i = 0; i < count; i++)
        {
            plan.Try(length, SystemCall.Msgrcv, queue.Id, at, queue.Size, letters.Count + i, Argument.Named(CopyLetter, "MSG_COPY|IPC_NOWAIT"));
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(lengths, (ulong)i * sizeof(long)), length);
            plan.Do(OperationKind.Add, at, at, length);
            plan.Do(OperationKind.Add, at, at, sizeof(long));
        }

        plan.Do(OperationKind.Break, null);
        byte[] data = batch.Run(main.Main, plan.Build());
        int from = room.Offset;
        for (int i = 0; i < count; i++)
        {
            long size = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(lengths.Offset + (i * sizeof(long))));
            if (IsGone(size) || (size == -Errno.ENOMSG && !Used.Contains(queue)))
            {
                return false;
            }

            if (size < 0)
            {
                _obstacles.Add(Unreadable("sysv-msg", $"System V message queue {queue.Id}", size));
                return true;
            }

            letters.Add(new LetterImage(BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(from)), data.AsSpan(from + sizeof(long), (int)size).ToArray()));
            from += sizeof(long) + (int)size;
        }

        return true;
    }

    /// <summary>False: it is gone. Where it may not be read, that is an obstacle.</summary>
    private bool IsThere(byte[] data, DataReference said, string name, string what)
    {
        long result = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(said.Offset));
        if (result < 0 && !IsGone(result))
        {
            _obstacles.Add(Unreadable(name, what, result));
        }

        return !IsGone(result);
    }

    private static Obstacle Unreadable(string name, string what, long error) =>
        new(name, $"{what} can't be read by the job's main process: {Errno.Message((int)-error)}");
}
