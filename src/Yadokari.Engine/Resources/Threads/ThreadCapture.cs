using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>Reads the threads of a frozen process: by ptrace what it tells, by a batch in the thread what only it knows.</summary>
public static class ThreadCapture
{
    /// <summary>A thread's facts; the batch borrows it for some tens of microseconds.</summary>
    public static ThreadImage Capture(FrozenProcess tree, FrozenThread thread, RemoteBatch batch) =>
        Capture(tree, thread, batch.Run(thread, ThreadQuestions.Plan), ThreadQuestions.Alone);

    /// <summary>The facts of a thread that was asked.</summary>
    /// <param name="data">The plan's data with the answers.</param>
    /// <param name="questions">Where they are.</param>
    internal static ThreadImage Capture(FrozenProcess tree, FrozenThread thread, ReadOnlySpan<byte> data, ThreadQuestions questions)
    {
        int pid = tree.Pid;
        byte[] state = thread.Tracee.GetExtendedState();
        List<byte[]> pending = thread.Tracee.PeekSignals(shared: false);
        (ulong head, ulong length) = Scheduling.GetRobustList(thread.Tid);
        ProcStatus status = ProcStatus.ReadThread(pid, thread.Tid) ?? throw Gone(thread);
        ProcStat stat = ProcStat.ReadThread(pid, thread.Tid) ?? throw Gone(thread);
        SchedulingAttributes attributes = Scheduling.GetAttributes(thread.Tid) ?? throw Gone(thread);
        byte[] code = new byte[7];
        if (thread.Registers.Rip > 7)
        {
            tree.Memory.Read(new RemoteAddress(thread.Registers.Rip - 7), code);
        }

        return new ThreadImage
        {
            Tid = status.NsPid.Count > 0 ? status.NsPid[^1] : thread.Tid,
            Name = ProcMisc.ThreadName(pid, thread.Tid) ?? status.Name,
            Registers = SystemCallRestart.ForImage(thread.Registers, code).ToBytes(),
            ExtendedState = state,
            SignalMask = thread.SignalMask,
            AlternateStack = data.Slice(questions.Stack.Offset, 24).ToArray(),
            ClearChildTid = BinaryPrimitives.ReadUInt64LittleEndian(data[questions.ClearTid.Offset..]),
            RobustList = head,
            RobustListLength = length,
            RseqAddress = thread.Rseq.Address.Value,
            RseqLength = thread.Rseq.Size,
            RseqSignature = thread.Rseq.Signature,
            PendingSignals = pending,
            Credentials = new CredentialsImage
            {
                Uids = status.Uids,
                Gids = status.Gids,
                Groups = status.Groups,
                Inheritable = status.CapInheritable,
                Permitted = status.CapPermitted,
                Effective = status.CapEffective,
                Bounding = status.CapBounding,
                Ambient = status.CapAmbient,
                SecureBits = BinaryPrimitives.ReadInt32LittleEndian(data[questions.SecureBits.Offset..]),
            },
            Schedule = new ScheduleImage(attributes.Policy, attributes.ResetOnFork, stat.Nice, attributes.Priority, Scheduling.GetAffinity(thread.Tid), Scheduling.GetIoPriority(thread.Tid)),
            ParentDeathSignal = BinaryPrimitives.ReadInt32LittleEndian(data[questions.DeathSignal.Offset..]),
            TimerSlack = BinaryPrimitives.ReadUInt64LittleEndian(data[questions.Slack.Offset..]),
            NoNewPrivileges = status.NoNewPrivileges,
            Filters = Filters(pid, thread, status),
            Settings = ThreadSettingsKind.Read(data.Slice(questions.Settings.Offset, ThreadSettingsKind.AnswersLength)),
        };
    }

    /// <summary>A main thread that has ended: what is still told of it, and of another thread what it needs while it rebuilds the process.</summary>
    public static ThreadImage OfEndedMain(FrozenProcess process, ThreadImage other)
    {
        int pid = process.Pid;
        ProcStatus status = ProcStatus.Read(pid) ?? throw Gone(process.Main);
        ProcStat stat = ProcStat.Read(pid) ?? throw Gone(process.Main);
        return other with
        {
            Tid = status.NsPid.Count > 0 ? status.NsPid[^1] : pid,
            Name = ProcMisc.ThreadName(pid, pid) ?? status.Name,
            Ended = ((ProcStat.ReadExit(pid, stat.StartTicks) ?? throw Gone(process.Main)) >> 8) & 0xff,
            Registers = [],
            ExtendedState = [],
            SignalMask = status.Blocked,
            ClearChildTid = 0,
            RobustList = 0,
            RseqAddress = 0,
            PendingSignals = [],
            ParentDeathSignal = 0,
            Filters = [],
        };
    }

    /// <summary>They come back when the thread has its own credentials, and it takes a privilege then, or none to gain.</summary>
    private static IReadOnlyList<ThreadFilterImage> Filters(int pid, FrozenThread thread, ProcStatus status)
    {
        const int sysAdmin = 21;
        if (status.Seccomp == 0)
        {
            return [];
        }

        IReadOnlyList<ThreadFilterImage> filters = [.. CallFilters.Of(thread).Select(filter => new ThreadFilterImage(filter.Program, filter.Logs))];
        return filters.Count > 0 && (status.NoNewPrivileges || (status.CapEffective >> sysAdmin & 1) != 0)
            ? filters
            : throw CallFilters.Obstacle(pid, $"thread {thread.Tid} has a seccomp filter that it could not install again, without no_new_privs and CAP_SYS_ADMIN");
    }

    private static EngineException Gone(FrozenThread thread) =>
        new(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
}
