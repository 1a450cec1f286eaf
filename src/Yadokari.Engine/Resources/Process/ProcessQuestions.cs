using Yadokari.Engine.Resources.Threads;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Process;

/// <summary>The plan that asks a process, in its main thread, what only it knows as a whole, and what only that thread knows. Every
/// process runs the same one, so it is made once.</summary>
internal static class ProcessQuestions
{
    /// <summary>Bytes of one name in struct new_utsname.</summary>
    public const int NameLength = 65;

    /// <summary>Bytes of the 64 kernel's struct sigaction.</summary>
    public const int ActionsLength = SignalCount * ActionLength;

    private const int SignalCount = 64;
    private const int ActionLength = 32;
    private const int MembarrierGetRegistrations = 1 << 9;
    private const int ClockRealtime = 0;
    private const int ClockMonotonic = 1;
    private const int ClockBoottime = 7;

    private static readonly PlanBuilder Builder = new();

    /// <summary>Answers: a struct sigaction for each signal.</summary>
    public static readonly DataReference Actions = Builder.Room(ActionsLength);

    /// <summary>Answers: the three interval timers, 32 bytes each.</summary>
    public static readonly DataReference Intervals = Builder.Room(3 * 32);

    /// <summary>Answers: monotonic, boottime and realtime clock, 16 bytes each.</summary>
    public static readonly DataReference Clocks = Builder.Room(3 * 16);

    /// <summary>Answers of 8 bytes each: brk, dumpable, subreaper, huge pages, membarrier, segments, merging.</summary>
    public static readonly DataReference Numbers = Builder.Room(7 * 8);

    /// <summary>Answer: struct new_utsname.</summary>
    public static readonly DataReference Host = Builder.Room(6 * NameLength);

    /// <summary>What the main thread is asked for itself.</summary>
    public static readonly ThreadQuestions MainThread = new(Builder);

    public static readonly RestorePlan Plan = Build(Builder);

    private static RestorePlan Build(PlanBuilder plan)
    {
        DataReference descriptorTable = plan.Room(16);
        Slot result = plan.NewSlot();
        int[] clockIds = [ClockMonotonic, ClockBoottime, ClockRealtime];
        for (int i = 0; i < clockIds.Length; i++)
        {
            plan.Call(null, SystemCall.Clock_gettime, clockIds[i], Argument.AddressOf(Clocks, (ulong)i * 16));
        }

        for (int i = 0; i < 3; i++)
        {
            plan.Call(null, SystemCall.Getitimer, i, Argument.AddressOf(Intervals, (ulong)i * 32));
        }

        for (int signal = 1; signal <= SignalCount; signal++)
        {
            plan.Try(null, SystemCall.Rt_sigaction, signal, 0, Argument.AddressOf(Actions, (ulong)(signal - 1) * ActionLength), 8);
        }

        plan.Call(null, SystemCall.Uname, Host);
        plan.Try(result, SystemCall.Brk, 0);
        plan.Do(OperationKind.Store64, null, Numbers, result);
        plan.Try(result, SystemCall.Prctl, PR_GET_DUMPABLE);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Numbers, 8), result);
        plan.Try(null, SystemCall.Prctl, PR_GET_CHILD_SUBREAPER, Argument.AddressOf(Numbers, 16));
        plan.Try(result, SystemCall.Prctl, PR_GET_THP_DISABLE);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Numbers, 24), result);
        plan.Try(result, SystemCall.Membarrier, MembarrierGetRegistrations);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Numbers, 32), result);
        plan.Try(result, SystemCall.Modify_ldt, 0, descriptorTable, 16);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Numbers, 40), result);
        plan.Try(result, SystemCall.Prctl, PR_GET_MEMORY_MERGE, 0, 0, 0, 0);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Numbers, 48), result);
        plan.Do(OperationKind.Break, null);
        return plan.Build();
    }
}
