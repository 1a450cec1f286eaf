using System.Buffers.Binary;
using System.Diagnostics;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Contexts of asynchronous input and output (io_setup(2)). The kernel puts what has been done into a ring that the process maps,
/// and calls the context by the address of that (fs/aio.c). What it still has to do nobody is told: but all is done before
/// io_submit(2) returns, unless the file was opened with O_DIRECT.
/// </summary>
internal static class AioContexts
{
    private const string RingName = "/[aio]";
    private const uint Magic = 0xa10a10a1; // AIO_RING_MAGIC
    private const int MagicOffset = 16;
    private const ushort Poll = 5; // IOCB_CMD_POLL

    /// <summary>Requests that a context has room for at least, for each processor that the host may have; twice, and two more (ioctx_alloc).</summary>
    private const int EventsForProcessor = 2 * 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>From when a disk has done a request till the kernel has said so to the process.</summary>
    private static readonly TimeSpan UntilTold = TimeSpan.FromMilliseconds(5);

    public static bool IsOne(Vma vma) => vma.Shared && vma.Name.StartsWith(RingName, StringComparison.Ordinal);

    /// <summary>Rings that a child has of its parent: it can't use them, and they would be a copy.</summary>
    /// <param name="processes">The processes of a job with their mappings, each behind its parent.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public static void FindInherited(IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> processes, List<Obstacle> obstacles)
    {
        HashSet<ulong> seen = [];
        foreach ((int pid, IReadOnlyList<Vma> vmas) in processes)
        {
            foreach (Vma vma in vmas.Where(vma => IsOne(vma) && !seen.Add(vma.Inode)))
            {
                obstacles.Add(Foreign(vma).By($"{ProcessLabel.Of(pid)}: "));
            }
        }
    }

    /// <summary>Looks for what would be under way without anybody being told.</summary>
    /// <param name="vmas">The mappings of the process, which may run.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public static void FindObstacles(int pid, IReadOnlyList<Vma> vmas, List<Obstacle> obstacles)
    {
        if (vmas.Any(IsOne) && DirectFiles(pid).FirstOrDefault(file => !File.Exists(PathOf(file.Disk))) is { Disk: not null } silent)
        {
            obstacles.Add(new Obstacle("aio", $"descriptor {silent.Number} is open for direct input and output (O_DIRECT) on a file system that does not tell what io_submit has under way"));
        }
    }

    /// <summary>Waits until nothing is under way in the contexts of a frozen process.</summary>
    /// <exception cref="ObstacleException">Something is, or one is not its own.</exception>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static void Settle(FrozenProcess frozen, RemoteBatch batch, IReadOnlyList<Vma> vmas)
    {
        IReadOnlyList<Vma> rings = [.. vmas.Where(IsOne)];
        if (rings.Count == 0)
        {
            return;
        }

        List<Obstacle> obstacles = [.. rings.Where(ring => !IsItsOwn(frozen, batch, ring)).Select(Foreign)];
        if (obstacles.Count == 0 && rings.Any(ring => Polls(frozen.Memory, ring)))
        {
            obstacles.Add(new Obstacle("aio", "it waits for descriptors by io_submit (IOCB_CMD_POLL): for which ones the kernel does not tell"));
        }

        if (obstacles.Count == 0 && FindUnderWay(frozen, rings) is { } busy)
        {
            obstacles.Add(busy);
        }

        if (obstacles.Count > 0)
        {
            throw new ObstacleException(frozen.Pid, obstacles) { StoodStill = true };
        }
    }

    /// <summary>What waits in the contexts of a frozen process.</summary>
    public static IReadOnlyList<AioContextImage> Read(RemoteMemory memory, IReadOnlyList<Vma> vmas)
    {
        List<AioContextImage> contexts = [];
        foreach (Vma ring in vmas.Where(IsOne))
        {
            byte[] bytes = new byte[ring.Length];
            memory.ReadExactly(ring.Start, bytes);
            uint room = AioContextImage.Room(ring.Length);
            AioContextImage context = new(ring.Start.Value, Number(bytes, AioContextImage.HeadOffset) % room, Number(bytes, AioContextImage.TailOffset) % room, []);
            byte[] events = new byte[context.Waiting(room) * AioContextImage.EventLength];
            for (int at = 0; at < events.Length; at += AioContextImage.EventLength)
            {
                int number = (int)((context.Head + (uint)(at / AioContextImage.EventLength)) % room);
                bytes.AsSpan(AioContextImage.HeaderLength + (number * AioContextImage.EventLength), AioContextImage.EventLength).CopyTo(events.AsSpan(at));
            }

            contexts.Add(context with { Events = events });
        }

        return contexts;
    }

    /// <summary>Bytes of the shortest ring that this host makes; 0 when it does not tell how many processors it may have.</summary>
    public static ulong LeastLength()
    {
        const string possible = "/sys/devices/system/cpu/possible"; // "0-63"
        string[] range = File.Exists(possible) ? File.ReadAllText(possible).Trim().Split('-', ',') : [];
        return range.Length > 0 && ulong.TryParse(range[^1], out ulong last) ? LengthFor((last + 1) * EventsForProcessor) : 0;
    }

    /// <summary>The fewest requests with which io_setup(2) makes a ring of so many bytes.</summary>
    public static ulong RequestsFor(ulong length)
    {
        ulong requests = length <= RemoteAddress.PageSize ? 1 : (AioContextImage.Room(length - RemoteAddress.PageSize) - 2) / 2;
        while (LengthFor(requests * 2) < length)
        {
            requests++;
        }

        return requests;
    }

    /// <summary>Why a host can't make a context with a ring of so many bytes.</summary>
    public static string TooShort(ulong length) =>
        $"a context of asynchronous input and output (io_setup) for {AioContextImage.Room(length)} events can't be made here: this host has more processors, and makes larger ones";

    private static ulong LengthFor(ulong events) =>
        RemoteAddress.WholePages(AioContextImage.HeaderLength + ((events + 2) * AioContextImage.EventLength));

    private static Obstacle Foreign(Vma ring) => new("aio", $"the ring of a context of asynchronous input and output (io_setup) at {ring.Start} is another process's, which has made this one");

    /// <summary>The kernel knows it by this address, and it is whole.</summary>
    private static bool IsItsOwn(FrozenProcess frozen, RemoteBatch batch, Vma ring)
    {
        PlanBuilder plan = new();
        DataReference answer = plan.Room(sizeof(ulong));
        DataReference noTime = plan.Room(16);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Io_getevents, ring.Start, 0, 0, answer, noTime);
        plan.Do(OperationKind.Store64, null, answer, result);
        plan.Do(OperationKind.Break, null);
        byte[] data = batch.Run(frozen.Main, plan.Build());
        byte[] header = new byte[AioContextImage.HeaderLength];
        return BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(answer.Offset)) == 0
            && frozen.Memory.Read(ring.Start, header) == header.Length
            && Number(header, MagicOffset) == Magic && Number(header, AioContextImage.RoomOffset) == AioContextImage.Room(ring.Length);
    }

    /// <summary>Whether one of the events that have been in a ring was the answer to a request that waits for a descriptor: there will be another.</summary>
    private static bool Polls(RemoteMemory memory, Vma ring)
    {
        byte[] events = new byte[AioContextImage.Room(ring.Length) * AioContextImage.EventLength];
        memory.ReadExactly(ring.Start + AioContextImage.HeaderLength, events);
        byte[] request = new byte[AioContextImage.OpcodeOffset + sizeof(ushort)];
        for (int at = 0; at < events.Length; at += AioContextImage.EventLength)
        {
            // Data, the request's address, and two results.
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(events.AsSpan(at + sizeof(ulong)));
            if (address != 0 && memory.Read(new RemoteAddress(address), request) == request.Length
                && request.AsSpan(0, sizeof(ulong)).SequenceEqual(events.AsSpan(at, sizeof(ulong)))
                && BinaryPrimitives.ReadUInt16LittleEndian(request.AsSpan(AioContextImage.OpcodeOffset)) == Poll)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Only requests to files that are open with O_DIRECT can be, and of those the disk tells.</summary>
    private static Obstacle? FindUnderWay(FrozenProcess frozen, IReadOnlyList<Vma> rings)
    {
        IReadOnlyList<string> disks = [.. DirectFiles(frozen.Pid).Select(file => PathOf(file.Disk)).Distinct().Where(File.Exists)];
        long begun = Stopwatch.GetTimestamp();
        while (disks.Count > 0)
        {
            IReadOnlyList<uint> before = Tails(frozen, rings);
            if (disks.All(IsQuiet))
            {
                Thread.Sleep(UntilTold);
                if (Tails(frozen, rings).SequenceEqual(before))
                {
                    return null;
                }
            }

            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                return new Obstacle("aio", "a request of asynchronous input and output (io_submit) may be under way: its disk is busy") { Passes = true };
            }

            Thread.Sleep(1);
        }

        return null;
    }

    /// <summary>Descriptors that are open for direct input and output, each with the number of its disk.</summary>
    private static IEnumerable<(int Number, string Disk)> DirectFiles(int pid)
    {
        foreach (int number in ProcFdInfo.Numbers(pid) ?? [])
        {
            if (ProcFdInfo.Read(pid, number) is { } facts && (facts.Flags & O_DIRECT) != 0
                && FileStatus.AtPath($"{ProcTasks.Directory(pid)}/fd/{number}") is { } file && (file.IsRegular || file.IsBlockDevice))
            {
                yield return (number, file.IsBlockDevice ? $"{file.RawMajor}:{file.RawMinor}" : $"{file.DeviceMajor}:{file.DeviceMinor}");
            }
        }
    }

    private static string PathOf(string disk) => $"/sys/dev/block/{disk}/inflight";

    /// <summary>"reads writes", of everybody.</summary>
    private static bool IsQuiet(string disk) =>
        File.ReadAllText(disk).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(count => count == "0");

    private static List<uint> Tails(FrozenProcess frozen, IReadOnlyList<Vma> rings)
    {
        byte[] tail = new byte[sizeof(uint)];
        List<uint> tails = [];
        foreach (Vma ring in rings)
        {
            frozen.Memory.ReadExactly(ring.Start + AioContextImage.TailOffset, tail);
            tails.Add(Number(tail, 0));
        }

        return tails;
    }

    private static uint Number(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
}
