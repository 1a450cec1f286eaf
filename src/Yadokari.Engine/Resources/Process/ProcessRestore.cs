using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Resources.Process;

/// <summary>Plan operations for what belongs to the process as a whole.</summary>
public static class ProcessRestore
{
    private const int ActionLength = 32;
    private const int SignalCount = 64;

    /// <summary>Before anything else in the job: session and group.</summary>
    public static void EmitEarly(PlanContext context)
    {
        AttributesImage attributes = context.Image.Attributes;
        if (attributes.SessionLeader)
        {
            context.Plan.Try(null, SystemCall.Setsid);
            if (TerminalSession.IsOfResumer(context, attributes.Pid))
            {
                TerminalForeground.Own(context);
            }
        }
        else if (attributes.GroupLeader)
        {
            TerminalForeground.LeadGroup(context);
        }
    }

    /// <summary>After memory and descriptors, before the threads.</summary>
    public static void Emit(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        AttributesImage attributes = context.Image.Attributes;
        WriteSelf(plan, "/proc/self/oom_score_adj", attributes.OomScoreAdjustment.ToString(CultureInfo.InvariantCulture));
        WriteSelf(plan, "/proc/self/coredump_filter", $"0x{attributes.CoreDumpFilter:x}");
        if (attributes.LoginUser is { } user)
        {
            // It takes a privilege where somebody has logged in already.
            WriteSelf(plan, "/proc/self/loginuid", user.ToString(CultureInfo.InvariantCulture));
        }

        plan.Call($"change to the job's directory {attributes.WorkingDirectory}", SystemCall.Chdir, plan.Text(attributes.WorkingDirectory));
        if (context.Image.Descriptors.WorkingDirectory is { } removed)
        {
            plan.Call("change to a removed directory", SystemCall.Fchdir, context.Staged(removed));
        }

        plan.Call(null, SystemCall.Umask, attributes.Umask);

        // Not earlier: READ_IMPLIES_EXEC would change the protection of every mapping that is made.
        plan.Call(null, SystemCall.Personality, attributes.Personality);
        byte[] actions = context.Image.Signals.Actions;
        for (int signal = 1; signal <= SignalCount; signal++)
        {
            if (signal is not (SIGKILL or SIGSTOP))
            {
                ReadOnlySpan<byte> action = actions.AsSpan((signal - 1) * ActionLength, ActionLength);
                plan.Call($"handler of signal {signal}", SystemCall.Rt_sigaction, signal, plan.Bytes(action, "{action}"), 0, 8);
            }
        }

        if (attributes.ChildSubreaper)
        {
            // It would take over those that are handed on to another.
            if (context.Skeleton.Turns > 0)
            {
                plan.Do(OperationKind.WaitCount, null, context.Counters.Turn, context.Skeleton.Turns, 0, 0);
            }

            plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER"), 1);
        }

        if (attributes.ThpDisabled)
        {
            plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE"), 1, attributes.ThpDisabledUnlessAdvised ? 2 : 0, 0, 0);
        }

        if (attributes.MergesMemory)
        {
            // It takes a privilege, and changes nothing that the job can see.
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_MEMORY_MERGE, "PR_SET_MEMORY_MERGE"), 1, 0, 0, 0);
        }

        for (int bit = 1; bit < 16; bit++)
        {
            if ((attributes.MembarrierRegistrations >> bit & 1) != 0)
            {
                plan.Try(null, SystemCall.Membarrier, 1 << bit, 0, 0);
            }
        }

    }

    /// <summary>After the gate, by the main thread: what must not happen twice while source and target both exist
    /// (locks), what runs (timers), what is pending.</summary>
    public static void EmitLate(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        context.Descriptors!.Lock();
        TerminalForeground.PutBackSettings(context);
        EmitTimers(context);
        foreach (byte[] signal in context.Image.Signals.Pending)
        {
            plan.Call("queue a pending signal", SystemCall.Rt_sigqueueinfo, context.Image.Attributes.Pid, BinaryPrimitives.ReadInt32LittleEndian(signal), plan.Bytes(signal, "{siginfo}"));
        }

        if (context.Image.Attributes.LocksFutureMemory)
        {
            plan.Call("lock future memory", SystemCall.Mlockall, context.Image.Attributes.LocksOnFault ? Argument.Named(6, "MCL_FUTURE|MCL_ONFAULT") : Argument.Named(2, "MCL_FUTURE"));
        }

        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_DUMPABLE, "PR_SET_DUMPABLE"), context.Image.Attributes.Dumpable == 1 ? 1 : 0);
        if (!context.Image.SharesDescriptors)
        {
            plan.Call("close the stub's descriptors", SystemCall.Close_range, context.FirstOwn, uint.MaxValue, 0);
        }
    }

    private static void WriteSelf(PlanBuilder plan, string path, string text)
    {
        Slot file = plan.NewSlot();
        plan.Try(file, SystemCall.Open, plan.Text(path), O_WRONLY, 0);
        plan.Try(null, SystemCall.Write, file, plan.Bytes(Encoding.ASCII.GetBytes(text), $"\"{text}\""), text.Length);
        plan.Try(null, SystemCall.Close, file);
    }

    /// <summary>A hard limit that may not be raised here stays lower, as long as the soft one fits under it.</summary>
    public static void EmitLimits(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        AttributesImage attributes = context.Image.Attributes;
        Slot hard = plan.NewSlot();
        foreach (LimitImage limit in attributes.Limits)
        {
            byte[] bytes = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, limit.Soft);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), limit.Hard);
            DataReference wanted = plan.Bytes(bytes, $"{{{limit.Soft}, {limit.Hard}}}");
            DataReference current = plan.Room(16, "limit");
            PlanLabel lower = new("lower limit");
            PlanLabel done = new("limit set");
            plan.CallOrJump(null, lower, SystemCall.Prlimit64, 0, limit.Resource, wanted, 0);
            plan.Jump(done);
            plan.Place(lower);
            plan.Call(null, SystemCall.Prlimit64, 0, limit.Resource, 0, current);
            plan.Do(OperationKind.Load64, hard, Argument.AddressOf(current, 8));
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(wanted, 8), hard);
            plan.Call($"resource limit {limit.Resource} of {limit.Soft}: this host's hard limit is lower; limit", SystemCall.Prlimit64, 0, limit.Resource, wanted, 0);
            plan.Place(done);
        }
    }

    private static void EmitTimers(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        TimersImage timers = context.Image.Timers;
        for (int i = 0; i < timers.Intervals.Count; i++)
        {
            if (timers.Intervals[i].AsSpan(16).ContainsAnyExcept((byte)0))
            {
                plan.Call("setitimer", SystemCall.Setitimer, i, plan.Bytes(timers.Intervals[i], "{itimerval}"), 0);
            }
        }

        if (timers.Posix.Count == 0)
        {
            return;
        }

        // Kernel 6.15 creates timers with the id asked for; before that, ids only count up.
        Slot restores = plan.NewSlot();
        plan.Try(restores, SystemCall.Prctl, Argument.Named(PR_TIMER_CREATE_RESTORE_IDS, "PR_TIMER_CREATE_RESTORE_IDS"), 1, 0, 0, 0);
        DataReference id = plan.Room(8, "id");
        foreach (PosixTimerImage timer in timers.Posix)
        {
            EmitTimer(context, timer, id, restores);
        }

        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_TIMER_CREATE_RESTORE_IDS, "PR_TIMER_CREATE_RESTORE_IDS"), 0, 0, 0, 0);
    }

    private static void EmitTimer(PlanContext context, PosixTimerImage timer, DataReference id, Slot restores)
    {
        PlanBuilder plan = context.Plan;
        byte[] notification = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(notification, timer.Value);
        BinaryPrimitives.WriteInt32LittleEndian(notification.AsSpan(8), timer.Signal);
        BinaryPrimitives.WriteInt32LittleEndian(notification.AsSpan(12), timer.Notify);
        BinaryPrimitives.WriteInt32LittleEndian(notification.AsSpan(16), timer.Target);
        DataReference sigevent = plan.Bytes(notification, $"{{signal {timer.Signal}}}");
        PlanLabel again = new("next timer id");
        PlanLabel made = new("timer made");
        Slot got = plan.NewSlot();
        plan.Do(OperationKind.Store32, null, id, timer.Id);
        plan.Place(again);
        plan.Call($"make timer {timer.Id}", SystemCall.Timer_create, timer.Clock, sigevent, id);
        plan.Do(OperationKind.Load32, got, id);
        plan.JumpIf(got, Condition.Equal, timer.Id, made);
        plan.Call(null, SystemCall.Timer_delete, got);
        plan.JumpIf(got, Condition.Less, timer.Id, again);
        plan.Fail($"timer {timer.Id} can't be made with its old id", 5);
        plan.Place(made);

        byte[] setting = timer.Setting.ToArray();

        // A timer of processor time that has expired reads 1 ns left, never 0: with 0 it is disarmed, whatever its interval.
        bool processorTime = timer.Clock is 2 or 3 or < 0;
        bool armed = setting.AsSpan(processorTime ? 16 : 0).ContainsAnyExcept((byte)0);
        if (armed && !setting.AsSpan(16).ContainsAnyExcept((byte)0))
        {
            setting.AsSpan(0, 16).CopyTo(setting.AsSpan(16));
        }

        if (armed)
        {
            plan.Call($"set timer {timer.Id}", SystemCall.Timer_settime, timer.Id, 0, plan.Bytes(setting, "{itimerspec}"), 0);
        }
    }
}
