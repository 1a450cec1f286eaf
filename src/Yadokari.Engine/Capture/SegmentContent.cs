using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Reads a System V segment that no process of the job maps whole: the main process attaches it for the moment in which it is read.
/// It does so in one batch, and detaches it again also when nobody comes back to tell it that all is read.
/// </summary>
internal static class SegmentContent
{
    private const int ReadOnly = 0x1000; // SHM_RDONLY
    private const int Millisecond = 1_000_000;
    private const int MostPages = 128 * 1024;

    /// <summary>So often it looks whether all is read, each time a millisecond later.</summary>
    private const int MostLooks = 120_000;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <returns>Null when it is gone: it was not the job's.</returns>
    /// <exception cref="ObstacleException">The main process may not attach it.</exception>
    /// <exception cref="EngineException">This program was kept waiting for too long; the job runs on.</exception>
    public static SharedObjectImage? Read(AskedProcess main, SystemVObject segment, MemoryWriter writer)
    {
        PlanBuilder plan = new();
        ulong length = RemoteAddress.WholePages((ulong)segment.Size);
        int pages = length / RemoteAddress.PageSize <= MostPages ? (int)(length / RemoteAddress.PageSize) : 0;
        DataReference attached = plan.Room(8), resident = plan.Room(8), told = plan.Room(8), heard = plan.Room(8), map = plan.Room(Math.Max(pages, 8));
        Emit(plan, segment, length, pages, attached, resident, told, heard, map);
        SharedObjectImage? image = null;
        byte[] word = new byte[8];
        byte[] data;
        try
        {
            using RemoteBatch batch = RemoteBatch.Create(main.Frozen, main.Vmas, Lease);
            data = batch.Run(main.Frozen.Main, plan.Build(), base_ =>
            {
                if (image is null && main.Frozen.Memory.Read(base_ + (ulong)resident.Offset, word) == word.Length && BinaryPrimitives.ReadInt64LittleEndian(word) is not 0 and var said)
                {
                    main.Frozen.Memory.ReadExactly(base_ + (ulong)attached.Offset, word);
                    RemoteAddress at = new(BinaryPrimitives.ReadUInt64LittleEndian(word));
                    byte[] bits = new byte[said > 0 ? pages : 0];
                    main.Frozen.Memory.ReadExactly(base_ + (ulong)map.Offset, bits);
                    image = ReadAttached(main, segment, at, bits, writer);
                    return new BatchWord(told, 1);
                }

                return null;
            });
        }
        catch (LeaseLostException lost)
        {
            throw new EngineException(EngineError.Failed, $"this host is too busy to look at process {main.Pid}, which runs on: {lost.Message}", lost);
        }

        long result = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(attached.Offset));
        if (SystemVCapture.IsGone(result))
        {
            return null;
        }

        if (result is < 0 and > -4096)
        {
            throw new ObstacleException(main.Pid, [new Obstacle("sysv-shm", $"System V shared memory {segment.Id} can't be read by the job's main process: {Errno.Message((int)-result)}")]) { StoodStill = true };
        }

        return image is not null && BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(heard.Offset)) == 1
            ? image
            : throw new EngineException(EngineError.Failed, $"this host is too busy to read System V shared memory {segment.Id}");
    }

    private static void Emit(PlanBuilder plan, SystemVObject segment, ulong length, int pages, DataReference attached, DataReference resident, DataReference told, DataReference heard, DataReference map)
    {
        Slot at = plan.NewSlot(), state = plan.NewSlot(), looks = plan.NewSlot();
        PlanLabel unknown = new("unknown"), wait = new("wait"), over = new("read"), end = new("end");
        plan.Try(at, SystemCall.Shmat, segment.Id, 0, ReadOnly);
        plan.Do(OperationKind.Store64, null, attached, at);
        plan.JumpIf(at, Condition.Less, 0, end);
        plan.Set(state, -1);
        if (pages > 0)
        {
            plan.CallOrJump(null, unknown, SystemCall.Mincore, at, length, map);
            plan.Set(state, 1);
            plan.Place(unknown);
        }

        plan.Do(OperationKind.Store64, null, resident, state);
        plan.Set(looks, 0);
        plan.Place(wait);
        plan.Do(OperationKind.Load64, state, told);
        plan.JumpIf(state, Condition.Equal, 1, over);
        plan.Pause(Millisecond);
        plan.Do(OperationKind.Add, looks, looks, 1);
        plan.JumpIf(looks, Condition.Less, MostLooks, wait);
        plan.Place(over);
        plan.Do(OperationKind.Store64, null, heard, state);
        plan.Try(null, SystemCall.Shmdt, at);
        plan.Place(end);
        plan.Do(OperationKind.Break, null);
    }

    private static SharedObjectImage ReadAttached(AskedProcess main, SystemVObject segment, RemoteAddress at, byte[] resident, MemoryWriter writer)
    {
        Vma view = (ProcMaps.ReadSmaps(main.Pid) ?? []).FirstOrDefault(vma => vma.Start == at && SystemVMapping.IsSegment(vma))
            ?? throw new EngineException(EngineError.NoSuchProcess, $"process {main.Pid} was killed while it was frozen");
        if ((view.Flags & VmaFlags.HugeTlb) != 0)
        {
            throw new ObstacleException(main.Pid, [new Obstacle("hugetlb", $"System V shared memory {segment.Id} is made of reserved huge pages")]) { StoodStill = true };
        }

        string key = SystemVMapping.KeyOf((ulong)segment.Id);
        SharedResidency residency = SharedResidency.Of(key, view.SwappedBytes == 0 ? resident : []);
        SharedObjectSource source = new(main.Pid, MemoryCapture.Scan(main.Pid, [view]), residency, main.Frozen.Memory, []);
        return new SharedObjectCapture([source], writer).OfTree(new HashSet<string> { key })[0];
    }
}
