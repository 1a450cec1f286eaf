using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Clone;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A UTS namespace of the job's own, made by the main process before it makes the others.</summary>
internal static class HostNameRestore
{
    public static void Make(PlanContext context)
    {
        if (context.Tree.HostName is not { } names)
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        plan.Call("a UTS namespace of the job's own", SystemCall.Unshare, Argument.Named(CLONE_NEWUTS, "CLONE_NEWUTS"));
        plan.Call("the job's host name", SystemCall.Sethostname, plan.Text(names.Name), KernelText.Encode(names.Name).Length);
        plan.Call("the job's domain name", SystemCall.Setdomainname, plan.Text(names.Domain), KernelText.Encode(names.Domain).Length);
    }
}
