using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>The plan of a process that does nothing but hold descriptors, and closes one when it is told its number.</summary>
public static class HolderProgram
{
    /// <summary>Where it is told: both ends are its own, so that it never sees an end of file.</summary>
    public const int CommandRead = 4;

    public const int CommandWrite = 5;

    /// <summary>Behind these it may hold more, from the next number on.</summary>
    public const int MorePlaces = 3;

    public static RestorePlan Compile()
    {
        PlanBuilder plan = new();
        DataReference all = plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255], "~[]");
        DataReference word = plan.Room(8, "number");
        PlanLabel again = new("again");
        PlanLabel end = new("end");
        Slot got = plan.NewSlot();
        Slot number = plan.NewSlot();
        plan.Call("block signals", SystemCall.Rt_sigprocmask, 2, all, 0, 8);
        plan.Call(null, SystemCall.Close_range, CommandWrite + 1 + MorePlaces, uint.MaxValue, 0);
        plan.Place(again);
        plan.Try(got, SystemCall.Read, CommandRead, word, 1);
        plan.JumpIf(got, Condition.NotEqual, 1, end);
        plan.Do(OperationKind.Load32, number, word);
        plan.Try(null, SystemCall.Close, number);
        plan.Jump(again);
        plan.Place(end);
        plan.Call(null, SystemCall.Exit_group, 0);
        return plan.Build();
    }
}
