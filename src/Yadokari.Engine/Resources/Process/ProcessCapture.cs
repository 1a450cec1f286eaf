using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Process;

/// <summary>What a frozen process has as a whole: handlers, timers, attributes, clocks.</summary>
public sealed class ProcessCapture
{
    public required AttributesImage Attributes { get; init; }

    public required SignalsImage Signals { get; init; }

    public required TimersImage Timers { get; init; }

    /// <summary>The exact end of the heap (brk(0)).</summary>
    public required ulong Brk { get; init; }

    /// <summary>What it is told when it asks for the host's name.</summary>
    public required HostNameImage HostName { get; init; }

    /// <summary>What its main thread has answered to <see cref="ProcessQuestions.Plan"/>, and the rest.</summary>
    /// <param name="data">The plan's data.</param>
    /// <param name="batch">For what is asked behind it: more than one list of calls holds.</param>
    internal static ProcessCapture Read(FrozenProcess tree, byte[] data, RemoteBatch batch, IReadOnlyList<Vma> vmas)
    {
        int pid = tree.Pid;
        ProcStatus status = ProcStatus.Read(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} was killed while it was frozen");
        ProcStat stat = ProcStat.Read(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} was killed while it was frozen");
        IReadOnlyList<PosixTimer> timers = ProcTimers.Read(pid) ?? [];

        long Number(int index) => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(ProcessQuestions.Numbers.Offset + (index * 8)));
        long Clock(int index) => (BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(ProcessQuestions.Clocks.Offset + (index * 16))) * 1_000_000_000)
            + BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(ProcessQuestions.Clocks.Offset + (index * 16) + 8));
        string Name(int index) => KernelText.Decode(data.AsSpan(ProcessQuestions.Host.Offset + (index * ProcessQuestions.NameLength), ProcessQuestions.NameLength).TrimEnd((byte)0));
        if ((int)Number(5) > 0)
        {
            throw new ObstacleException(pid, [new Obstacle("segments", "it has segments of its own (modify_ldt), which are not carried")]) { StoodStill = true };
        }

        int registrations = (int)Number(4);
        VmaFlags future = FlagsOfNewMemory(pid, vmas, batch);
        return new ProcessCapture
        {
            Brk = (ulong)Number(0),
            HostName = new HostNameImage(Name(1), Name(5)),
            Signals = new SignalsImage
            {
                Actions = data.AsSpan(ProcessQuestions.Actions.Offset, ProcessQuestions.ActionsLength).ToArray(),
                Pending = tree.Main.Tracee.PeekSignals(shared: true),
            },
            Timers = new TimersImage
            {
                Intervals = [Interval(data, 0), Interval(data, 1), Interval(data, 2)],
                Posix = PosixTimers(tree, timers, TimerSettings(tree, batch, timers)),
            },
            Attributes = new AttributesImage
            {
                Pid = status.NsPid.Count > 0 ? status.NsPid[^1] : pid,
                SessionLeader = stat.Session == pid,
                GroupLeader = stat.ProcessGroup == pid,
                OwnsTerminal = stat.Session == pid && stat.TerminalDevice != 0,
                WorkingDirectory = RemovedDirectory.OfProcess(pid) is { } removed ? Path.GetDirectoryName(removed.Path) ?? "/"
                    : ProcessFiles.PathOfSelf(ProcMisc.WorkingDirectory(pid) ?? "/", "/proc", status.NsPid) ?? "/",
                Umask = (ProcStatus.ReadThread(pid, tree.Main.Tid) ?? status).Umask,
                Personality = ProcMisc.Personality(pid) ?? 0,
                Dumpable = (int)Number(1),
                ChildSubreaper = (int)Number(2) != 0,
                ThpDisabled = Number(3) > 0,
                ThpDisabledUnlessAdvised = Number(3) == 3,
                MergesMemory = Number(6) == 1,
                LocksFutureMemory = (future & VmaFlags.Locked) != 0,
                LocksOnFault = (future & VmaFlags.LockOnFault) != 0,
                OomScoreAdjustment = ProcMisc.OomScoreAdjustment(pid) ?? 0,
                CoreDumpFilter = ProcMisc.CoreDumpFilter(pid) ?? 0x33,
                LoginUser = ProcMisc.LoginUser(pid) is { } user and not uint.MaxValue ? user : null,
                Stopped = tree.Stopped,
                MembarrierRegistrations = registrations > 0 ? registrations : 0,
                Limits = Limits(pid),
                CommandLine = ProcMisc.CommandLine(pid) ?? [],
                Clocks = new ClocksImage(Clock(0), Clock(1), Clock(2)),
            },
        };
    }

    /// <summary>Not told anywhere, but the mapping that the batch borrowed is locked when new mappings are.</summary>
    private static VmaFlags FlagsOfNewMemory(int pid, IReadOnlyList<Vma> vmas, RemoteBatch batch)
    {
        foreach (Vma vma in vmas)
        {
            if ((vma.Flags & VmaFlags.Locked) == 0)
            {
                continue;
            }

            foreach (Vma now in ProcMaps.ReadSmaps(pid) ?? [])
            {
                if (now.Start <= batch.Region && batch.Region < now.End)
                {
                    return now.Flags;
                }
            }

            return VmaFlags.None;
        }

        return VmaFlags.None;
    }

    private static byte[] Interval(byte[] data, int which)
    {
        byte[] value = data.AsSpan(ProcessQuestions.Intervals.Offset + (which * 32), 32).ToArray();

        // A periodic timer that expired while it stood frozen reads 0 left; set so, it would be disarmed for ever. Timers of
        // processor time never do: 0 left and an interval is a disarmed one.
        if (which == 0 && !value.AsSpan(16, 16).ContainsAnyExcept((byte)0))
        {
            value.AsSpan(0, 16).CopyTo(value.AsSpan(16));
        }

        return value;
    }

    private static List<PosixTimerImage> PosixTimers(FrozenProcess tree, IReadOnlyList<PosixTimer> timers, List<byte[]> settings)
    {
        const int SigEventNone = 1;
        const int SigEventThreadId = 4;
        List<PosixTimerImage> images = [];
        for (int i = 0; i < timers.Count; i++)
        {
            PosixTimer timer = timers[i];

            // Of a thread that has ended nobody is told any more, but the timer can be asked and set.
            int? thread = timer.ToThread ? InnerTid(tree.Pid, timer.Target) : null;
            bool tellsNobody = timer.ToThread && thread is null;
            images.Add(new PosixTimerImage
            {
                Id = timer.Id,
                Clock = timer.ClockId,
                Notify = tellsNobody ? SigEventNone : timer.Notify | (timer.ToThread ? SigEventThreadId : 0),
                Signal = timer.Signal,
                Value = timer.Value,
                Target = thread ?? 0,
                Setting = settings[i],
            });
        }

        return images;
    }

    /// <summary>A struct itimerspec of 32 bytes for each; as many at once as fit a batch.</summary>
    private static List<byte[]> TimerSettings(FrozenProcess tree, RemoteBatch batch, IReadOnlyList<PosixTimer> timers)
    {
        const int atOnce = 1000;
        const int length = 32;
        List<byte[]> settings = new(timers.Count);
        for (int first = 0; first < timers.Count; first += atOnce)
        {
            int count = Math.Min(atOnce, timers.Count - first);
            PlanBuilder plan = new();
            DataReference answers = plan.Room(count * length);
            for (int i = 0; i < count; i++)
            {
                plan.Try(null, SystemCall.Timer_gettime, timers[first + i].Id, Argument.AddressOf(answers, (ulong)(i * length)));
            }

            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(tree.Main, plan.Build());
            for (int i = 0; i < count; i++)
            {
                settings.Add(data.AsSpan(answers.Offset + (i * length), length).ToArray());
            }
        }

        return settings;
    }

    /// <returns>Null when there is no such thread any more.</returns>
    private static int? InnerTid(int pid, int tid) =>
        ProcStatus.ReadThread(pid, tid) is not { } status ? null : status.NsPid.Count > 0 ? status.NsPid[^1] : tid;

    private static List<LimitImage> Limits(int pid)
    {
        List<LimitImage> limits = [];
        foreach (ResourceLimit limit in ProcLimits.Read(pid) ?? [])
        {
            limits.Add(new LimitImage(limit.Resource, limit.Soft, limit.Hard));
        }

        return limits;
    }
}
