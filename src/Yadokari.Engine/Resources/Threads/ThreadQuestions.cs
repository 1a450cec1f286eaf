using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>The plan that asks a thread what only it knows. Every thread runs the same one, so it is made once.</summary>
internal static class ThreadQuestions
{
    private static readonly PlanBuilder Builder = new();

    /// <summary>Answer: struct sigaltstack, 24 bytes.</summary>
    public static readonly DataReference Stack = Builder.Room(24);

    /// <summary>Answer: the clear_child_tid address, 8 bytes.</summary>
    public static readonly DataReference ClearTid = Builder.Room(8);

    /// <summary>Answer: 4 bytes.</summary>
    public static readonly DataReference DeathSignal = Builder.Room(8);

    /// <summary>Answer: 8 bytes.</summary>
    public static readonly DataReference SecureBits = Builder.Room(8);

    /// <summary>Answer: nanoseconds, 8 bytes.</summary>
    public static readonly DataReference Slack = Builder.Room(8);

    /// <summary>Answers of <see cref="ThreadSettingsKind"/>.</summary>
    public static readonly DataReference Settings = Builder.Room(ThreadSettingsKind.AnswersLength);

    public static readonly RestorePlan Plan = Build(Builder);

    private static RestorePlan Build(PlanBuilder plan)
    {
        plan.Call(null, SystemCall.Sigaltstack, 0, Stack);
        plan.Try(null, SystemCall.Prctl, PR_GET_TID_ADDRESS, ClearTid);
        plan.Try(null, SystemCall.Prctl, PR_GET_PDEATHSIG, DeathSignal);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Prctl, PR_GET_SECUREBITS);
        plan.Do(OperationKind.Store64, null, SecureBits, result);
        plan.Try(result, SystemCall.Prctl, PR_GET_TIMERSLACK);
        plan.Do(OperationKind.Store64, null, Slack, result);
        ThreadSettingsKind.Ask(plan, Settings, result);
        plan.Do(OperationKind.Break, null);
        return plan.Build();
    }
}
