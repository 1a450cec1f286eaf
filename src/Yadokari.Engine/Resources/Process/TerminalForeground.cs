using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A job that led its process group leads one again; when whoever resumes is in the foreground of a terminal, the
/// job takes its place there, so that it may read the terminal and gets its Ctrl-C (tcsetpgrp(3)).</summary>
public static class TerminalForeground
{
    private const int GetForeground = 0x540f; // TIOCGPGRP
    private const int SetForeground = 0x5410; // TIOCSPGRP
    private const int ReadWriteCloseOnExec = 0x80002;

    /// <summary>In the job: a group of its own, in the foreground if the resumer's was.</summary>
    public static void LeadGroup(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        DataReference group = plan.Room(8, "group");
        byte[] pid = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(pid, context.Image.Attributes.Pid);
        Slot own = plan.NewSlot();
        Slot foreground = plan.NewSlot();
        PlanLabel background = new("not in the foreground");
        PlanLabel done = new("group made");
        plan.Try(own, SystemCall.Getpgrp);
        plan.CallOrJump(null, background, SystemCall.Ioctl, context.Stream(0), Argument.Named(GetForeground, "TIOCGPGRP"), group);
        plan.Do(OperationKind.Load32, foreground, group);
        plan.JumpIf(own, Condition.NotEqual, foreground, background);
        plan.Try(null, SystemCall.Setpgid, 0, 0);

        // From the background, with SIGTTOU blocked: allowed.
        plan.Try(null, SystemCall.Ioctl, context.Stream(0), Argument.Named(SetForeground, "TIOCSPGRP"), plan.Bytes(pid, $"[{context.Image.Attributes.Pid}]"));
        plan.Jump(done);
        plan.Place(background);
        plan.Try(null, SystemCall.Setpgid, 0, 0);
        plan.Place(done);
    }

    /// <summary>In the waiter, when the job has ended: the terminal back to who had it.</summary>
    public static void TakeBack(PlanBuilder plan)
    {
        DataReference group = plan.Room(8, "group");
        Slot own = plan.NewSlot();
        Slot terminal = plan.NewSlot();
        PlanLabel none = new("no terminal");
        plan.CallOrJump(terminal, none, SystemCall.Open, plan.Text("/dev/tty"), ReadWriteCloseOnExec, 0);
        plan.Try(own, SystemCall.Getpgrp);
        plan.Do(OperationKind.Store64, null, group, own);
        plan.Try(null, SystemCall.Ioctl, terminal, Argument.Named(SetForeground, "TIOCSPGRP"), group);
        plan.Place(none);
    }
}
