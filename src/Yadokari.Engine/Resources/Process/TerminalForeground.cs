using System.Buffers.Binary;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A job that led its process group leads one again; when whoever resumes is in the foreground of a terminal, the
/// job takes its place there, so that it may read the terminal and gets its Ctrl-C (tcsetpgrp(3)).</summary>
public static class TerminalForeground
{
    private const int GetForeground = 0x540f; // TIOCGPGRP
    private const int SetForeground = 0x5410; // TIOCSPGRP
    private const int ReadWriteCloseOnExec = O_RDWR | O_CLOEXEC;

    /// <summary>In the waiter, before anything changes: whether whoever resumes has the terminal's attention. Who runs in the
    /// background may not touch it.</summary>
    public static void Look(PlanContext context)
    {
        if (!context.Image.Descriptors.Descriptions.Any(image => image is TerminalImage))
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        DataReference group = plan.Room(8, "group");
        Slot answer = plan.NewSlot();
        Slot own = plan.NewSlot();
        Slot inForeground = plan.NewSlot();
        PlanLabel known = new("foreground known");
        plan.Set(inForeground, 0);
        plan.Try(own, SystemCall.Getpgrp);
        for (int stream = 0; stream < 3; stream++)
        {
            PlanLabel next = new("next stream");
            plan.CallOrJump(null, next, SystemCall.Ioctl, context.Stream(stream), Argument.Named(GetForeground, "TIOCGPGRP"), group);
            plan.Do(OperationKind.Load32, answer, group);
            plan.JumpIf(answer, Condition.NotEqual, own, known);
            plan.Set(inForeground, 1);
            plan.Jump(known);
            plan.Place(next);
        }

        plan.Place(known);
        context.InForeground = inForeground;
    }

    /// <summary>In the job, when it is let go: the terminal as its program had set it, and word of a window of another size.</summary>
    public static void PutBackSettings(PlanContext context)
    {
        const int setSettings = 0x5402, windowSize = 0x5413; // TCSETS, TIOCGWINSZ
        PlanBuilder plan = context.Plan;
        TerminalImage? terminal = context.Image.Descriptors.Descriptions.OfType<TerminalImage>().FirstOrDefault(image => image.Settings is not null);
        if (terminal is null || context.InForeground is not { } inForeground)
        {
            return;
        }

        PlanLabel done = new("terminal is set");
        PlanLabel same = new("window of the same size");
        plan.JumpIf(inForeground, Condition.Equal, 0, done);
        int number = terminal.Numbers[0].Number;
        plan.Try(null, SystemCall.Ioctl, number, Argument.Named(setSettings, "TCSETS"), plan.Bytes(terminal.Settings, "{termios}"));
        if (terminal.Rows > 0)
        {
            DataReference size = plan.Room(8, "winsize");
            Slot now = plan.NewSlot();
            plan.CallOrJump(null, done, SystemCall.Ioctl, number, Argument.Named(windowSize, "TIOCGWINSZ"), size);
            plan.Do(OperationKind.Load32, now, size);
            plan.JumpIf(now, Condition.Equal, (uint)(terminal.Rows | (terminal.Columns << 16)), same);
            plan.Try(null, SystemCall.Kill, context.Image.Attributes.Pid, Argument.Named(SIGWINCH, "SIGWINCH"));
            plan.Place(same);
        }

        plan.Place(done);
    }

    /// <summary>In the leader of a session that had a terminal: a terminal of the resumer's that no session has becomes the job's own,
    /// and its group is in the foreground there. One that has a session already stays that session's (EPERM).</summary>
    public static void Own(PlanContext context)
    {
        const int setControlling = 0x540e;
        PlanLabel next = new("next stream"), last = new("last stream"), done = new("terminal taken");
        context.Plan.CallOrJump(null, next, SystemCall.Ioctl, context.Stream(0), Argument.Named(setControlling, "TIOCSCTTY"), 0);
        context.Plan.Jump(done);
        context.Plan.Place(next);
        context.Plan.CallOrJump(null, last, SystemCall.Ioctl, context.Stream(1), Argument.Named(setControlling, "TIOCSCTTY"), 0);
        context.Plan.Jump(done);
        context.Plan.Place(last);
        context.Plan.Try(null, SystemCall.Ioctl, context.Stream(2), Argument.Named(setControlling, "TIOCSCTTY"), 0);
        context.Plan.Place(done);
    }

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
