using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>What is asked in a thread, since only it knows, and where in the data of the plan the answers are.</summary>
internal sealed class ThreadQuestions
{
    private static readonly PlanBuilder Builder = new();

    /// <summary>Those of a thread that is asked for itself.</summary>
    public static readonly ThreadQuestions Alone = new(Builder);

    /// <summary>The plan of these. Every thread runs the same one, so it is made once.</summary>
    public static readonly RestorePlan Plan = Build(Builder);

    /// <summary>Adds the questions to a plan.</summary>
    public ThreadQuestions(PlanBuilder plan)
    {
        Stack = plan.Room(24);
        ClearTid = plan.Room(8);
        DeathSignal = plan.Room(8);
        SecureBits = plan.Room(8);
        Slack = plan.Room(8);
        Settings = plan.Room(ThreadSettingsKind.AnswersLength);
        plan.Call(null, SystemCall.Sigaltstack, 0, Stack);
        plan.Try(null, SystemCall.Prctl, PR_GET_TID_ADDRESS, ClearTid);
        plan.Try(null, SystemCall.Prctl, PR_GET_PDEATHSIG, DeathSignal);
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Prctl, PR_GET_SECUREBITS);
        plan.Do(OperationKind.Store64, null, SecureBits, result);
        plan.Try(result, SystemCall.Prctl, PR_GET_TIMERSLACK);
        plan.Do(OperationKind.Store64, null, Slack, result);
        ThreadSettingsKind.Ask(plan, Settings, result);
    }

    /// <summary>Answer: struct sigaltstack, 24 bytes.</summary>
    public DataReference Stack { get; }

    /// <summary>Answer: the clear_child_tid address, 8 bytes.</summary>
    public DataReference ClearTid { get; }

    /// <summary>Answer: 4 bytes.</summary>
    public DataReference DeathSignal { get; }

    /// <summary>Answer: 8 bytes.</summary>
    public DataReference SecureBits { get; }

    /// <summary>Answer: nanoseconds, 8 bytes.</summary>
    public DataReference Slack { get; }

    /// <summary>Answers of <see cref="ThreadSettingsKind"/>.</summary>
    public DataReference Settings { get; }

    private static RestorePlan Build(PlanBuilder plan)
    {
        plan.Do(OperationKind.Break, null);
        return plan.Build();
    }
}
