using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>Reads the threads of a frozen process: by ptrace what it tells, by a batch in the thread what only it knows.</summary>
public static class ThreadCapture
{
    private const int PrGetParentDeathSignal = 2;
    private const int PrGetSecureBits = 27;
    private const int PrGetTimerSlack = 30;
    private const int PrGetTidAddress = 40;

    /// <summary>A thread's facts; the batch borrows it for some tens of microseconds.</summary>
    public static ThreadImage Capture(FrozenTree tree, FrozenThread thread, RemoteBatch batch)
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

        PlanBuilder plan = new();
        DataReference stack = plan.Room(24);
        DataReference clearTid = plan.Room(8);
        DataReference deathSignal = plan.Room(8);
        DataReference secureBits = plan.Room(8);
        DataReference slack = plan.Room(8);
        plan.Call(null, SystemCall.Sigaltstack, 0, stack);
        plan.Try(null, SystemCall.Prctl, PrGetTidAddress, clearTid);
        plan.Try(null, SystemCall.Prctl, PrGetParentDeathSignal, deathSignal);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Prctl, PrGetSecureBits);
        plan.Do(OperationKind.Store64, null, secureBits, result);
        plan.Try(result, SystemCall.Prctl, PrGetTimerSlack);
        plan.Do(OperationKind.Store64, null, slack, result);
        plan.Do(OperationKind.Break, null);
        ReadOnlySpan<byte> data = batch.Run(thread, plan.Build());

        return new ThreadImage
        {
            Tid = status.NsPid.Count > 0 ? status.NsPid[^1] : thread.Tid,
            Name = ProcMisc.ThreadName(pid, thread.Tid) ?? status.Name,
            Registers = SystemCallRestart.ForImage(thread.Registers, code).ToBytes(),
            ExtendedState = state,
            SignalMask = thread.SignalMask,
            AlternateStack = data.Slice(stack.Offset, 24).ToArray(),
            ClearChildTid = BinaryPrimitives.ReadUInt64LittleEndian(data[clearTid.Offset..]),
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
                SecureBits = BinaryPrimitives.ReadInt32LittleEndian(data[secureBits.Offset..]),
            },
            Schedule = new ScheduleImage(attributes.Policy, attributes.ResetOnFork, stat.Nice, attributes.Priority, Scheduling.GetAffinity(thread.Tid), Scheduling.GetIoPriority(thread.Tid)),
            ParentDeathSignal = BinaryPrimitives.ReadInt32LittleEndian(data[deathSignal.Offset..]),
            TimerSlack = BinaryPrimitives.ReadUInt64LittleEndian(data[slack.Offset..]),
            NoNewPrivileges = status.NoNewPrivileges,
        };
    }

    private static EngineException Gone(FrozenThread thread) =>
        new(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
}
