using System.Buffers.Binary;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>Sessions and their controlling terminals (tty_ioctl(2), credentials(7)).</summary>
internal static class TerminalSession
{
    /// <summary>In a process that leads a session, before it makes children of it: they inherit its terminal.</summary>
    public static void Take(PlanContext context)
    {
        if (Find(context) is { } terminal)
        {
            context.Plan.Call($"take /dev/pts/{context.Tree.Shared.Terminals[terminal].Number} as controlling terminal", SystemCall.Ioctl, context.ControlTerminal(terminal), TerminalCall.TakeControl, 0);
        }
    }

    /// <summary>When all processes lead what they lead: which group is in the foreground, and who has given the terminal up.</summary>
    public static void Settle(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        if (Find(context) is { } own && context.Tree.Shared.Terminals[own] is { Foreground: not 0 } terminal)
        {
            TreeRestore.AwaitAll(context);
            byte[] group = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(group, terminal.Foreground);

            // From the background, with SIGTTOU blocked: allowed.
            plan.Call($"put process group {terminal.Foreground} into the foreground", SystemCall.Ioctl, context.ControlTerminal(own), TerminalCall.SetForeground, plan.Bytes(group, $"[{terminal.Foreground}]"));
        }

        else if (IsOfResumer(context, context.Image.Attributes.Pid) && context.Image.Foreground != 0)
        {
            TreeRestore.AwaitAll(context);
            byte[] group = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(group, context.Image.Foreground);

            // It is another's terminal where whoever resumes is in a session of his own: he has the foreground, then.
            plan.Try(null, SystemCall.Ioctl, context.Stream(0), TerminalCall.SetForeground, plan.Bytes(group, $"[{context.Image.Foreground}]"));
        }

        if (context.Image.WithoutTerminal && FindOfSession(context.Tree, context.Image.Session) is { } given)
        {
            // It may never have had it: its parent gave it up before.
            plan.Try(null, SystemCall.Ioctl, context.ControlTerminal(given), TerminalCall.GiveUpControl, 0);
        }
        else if (context.Image.WithoutTerminal && IsOfResumer(context, context.Image.Session))
        {
            plan.Try(null, SystemCall.Ioctl, context.Stream(0), TerminalCall.GiveUpControl, 0);
        }
    }

    /// <summary>A process leads a session with a terminal of which the job holds no other side: it is that of whoever resumes.</summary>
    public static bool IsOfResumer(PlanContext context, int session) =>
        FindOfSession(context.Tree, session) is null
        && context.Tree.Processes.Any(process => process.Attributes.Pid == session && process.Attributes.OwnsTerminal);

    private static int? Find(PlanContext context) => FindOfSession(context.Tree, context.Image.Attributes.Pid);

    private static int? FindOfSession(TreeImage tree, int session)
    {
        for (int i = 0; i < tree.Shared.Terminals.Count; i++)
        {
            if (session != 0 && tree.Shared.Terminals[i].Session == session)
            {
                return i;
            }
        }

        return null;
    }
}
