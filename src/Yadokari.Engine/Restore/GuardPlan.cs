using System.Buffers.Binary;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Restore;

/// <summary>
/// A program that was resumed by executing its file ends with the process that executed it, as any program ends with a
/// <c>kill -9</c> of its pid: nobody else owns it. The program itself sees nothing of that. One that is held at first has an owner.
/// <code>
/// own pid namespace   its init has a parent-death signal (PR_SET_PDEATHSIG); with it everything in there ends
/// otherwise           a second process waits for the end of the first, and kills the program
/// </code>
/// </summary>
public static class GuardPlan
{
    /// <summary>Before the init is forked.</summary>
    /// <param name="self">Becomes a descriptor of this process; negative: none is needed.</param>
    public static void OpenSelf(PlanBuilder plan, Slot self)
    {
        PlanLabel held = new("held");
        Slot pid = plan.NewSlot();
        plan.Set(self, -1);
        plan.JumpIf(WellKnownSlots.Control, Condition.GreaterOrEqual, 0, held);
        plan.Try(pid, SystemCall.Getpid);
        plan.Try(self, SystemCall.Pidfd_open, pid, 0);
        plan.Place(held);
    }

    /// <summary>In the init, as its first act.</summary>
    public static void BindInit(PlanBuilder plan, Slot self)
    {
        PlanLabel free = new("not bound");
        Slot over = plan.NewSlot();
        plan.JumpIf(self, Condition.Less, 0, free);
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), SIGKILL, 0, 0, 0);

        // Its parent may have ended before that.
        plan.Try(over, SystemCall.Ppoll, Poll(plan, self), 1, plan.Room(16, "{0 s}"), 0, 0);
        plan.Try(null, SystemCall.Close, self);
        PlanLabel alive = new("parent lives");
        plan.JumpIf(over, Condition.Less, 1, alive);
        plan.Call(null, SystemCall.Exit_group, SIGKILL);
        plan.Place(alive);
        plan.Place(free);
    }

    /// <summary>In the parent of a job without an init, as soon as that is there.</summary>
    public static void Watch(PlanContext context, Slot child, Slot role)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel free = new("not watched");
        PlanLabel guard = new("guard");
        PlanLabel wait = new("wait for the end");
        PlanLabel watched = new("watched");
        Slot self = plan.NewSlot();
        Slot job = plan.NewSlot();
        Slot over = plan.NewSlot();
        plan.JumpIf(role, Condition.NotEqual, 0, free);
        OpenSelf(plan, self);
        plan.JumpIf(self, Condition.Less, 0, free);
        plan.CallOrJump(job, watched, SystemCall.Pidfd_open, child, 0);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, null), 88], OnError = OnError.Ignore, Target = guard });
        plan.Try(null, SystemCall.Close, job);
        plan.Place(watched);
        plan.Try(null, SystemCall.Close, self);
        plan.Jump(free);

        plan.Place(guard);
        plan.Try(null, SystemCall.Setsid);
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_NAME, "PR_SET_NAME"), plan.Text("yado-guard"), 0, 0, 0);
        plan.Try(null, SystemCall.Dup3, self, context.FirstOwn, 0);
        plan.Try(null, SystemCall.Dup3, job, context.FirstOwn + 1, 0);
        plan.Try(null, SystemCall.Close_range, 0, context.FirstOwn - 1, 0);
        plan.Try(null, SystemCall.Close_range, context.FirstOwn + 2, uint.MaxValue, 0);
        plan.Set(self, context.FirstOwn);
        DataReference poll = Poll(plan, self);
        plan.Place(wait);
        plan.Try(over, SystemCall.Ppoll, poll, 1, 0, 0, 0);
        plan.JumpIf(over, Condition.NotEqual, 1, wait);
        plan.Try(null, SystemCall.Pidfd_send_signal, context.FirstOwn + 1, SIGKILL, 0, 0);
        plan.Call(null, SystemCall.Exit_group, 0);
        plan.Place(free);
    }

    /// <summary>A struct pollfd that waits until there is something to read, or until the process of a pidfd has ended.</summary>
    internal static DataReference Poll(PlanBuilder plan, Slot descriptor)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(4), POLLIN); // the process of the pidfd has ended
        DataReference poll = plan.Bytes(bytes, "{descriptor, POLLIN}");
        plan.Do(OperationKind.Store32, null, poll, descriptor);
        return poll;
    }
}
