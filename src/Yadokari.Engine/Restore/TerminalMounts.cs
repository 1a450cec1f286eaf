using Yadokari.Engine.Image;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>A devpts of the job's own, where its pseudoterminals have the numbers that they had.</summary>
internal static class TerminalMounts
{
    private const int NoSetIdNoExec = 0xa;
    private const int Bind = 0x1000;

    /// <summary>In the init, in mount namespaces of its own.</summary>
    public static void Emit(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        if (context.Tree.Shared.Terminals.Count == 0)
        {
            return;
        }

        plan.Call(
            "mount pseudoterminals of the job's own", SystemCall.Mount, plan.Text("devpts"), plan.Text("/dev/pts"), plan.Text("devpts"),
            Argument.Named(NoSetIdNoExec, "MS_NOSUID|MS_NOEXEC"), plan.Text("newinstance,ptmxmode=0666,mode=620"));
        plan.Call("mount /dev/ptmx of the job's own", SystemCall.Mount, plan.Text("/dev/pts/ptmx"), plan.Text("/dev/ptmx"), 0, Argument.Named(Bind, "MS_BIND"), 0);
    }

    /// <summary>How many descriptors are needed meanwhile: all numbers up to the highest are taken.</summary>
    public static int Descriptors(TreeImage tree) => tree.Shared.Terminals.Count == 0 ? 0
        : (2 * tree.Shared.Terminals.Count) + PlanContext.AsideGap + tree.SharedObjects.Count + tree.Processes.Max(process => process.Memory.SharedObjects.Count) + tree.Shared.Terminals[^1].Number + 2;
}
