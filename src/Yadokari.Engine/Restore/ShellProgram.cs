using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Restore;

/// <summary>The plan of a job's shell: the same waiter and init that a context file has, but instead of rebuilding a process
/// it executes a program.</summary>
public static class ShellProgram
{
    private const int FirstOwn = 16;
    private const int ExitFile = FirstOwn;
    private const int Control = FirstOwn + 1;

    public static RestorePlan Compile(JobStart start)
    {
        PlanBuilder plan = new();
        PlanLabel init = new("init");
        PlanLabel job = new("job");
        DataReference all = plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255], "~[]");
        DataReference none = plan.Room(8, "[]");
        Slot child = plan.NewSlot();
        Slot unshared = plan.NewSlot();
        plan.Call("block signals", SystemCall.Rt_sigprocmask, 2, all, 0, 8);
        plan.MapShared();
        plan.Call("control socket", SystemCall.Dup3, WellKnownSlots.Control, Control, O_CLOEXEC);
        plan.Set(WellKnownSlots.ErrorDescriptor, Control);
        plan.Try(null, SystemCall.Dup3, WellKnownSlots.ExitFile, ExitFile, O_CLOEXEC);
        plan.Call(null, SystemCall.Close_range, 3, FirstOwn - 1, 0);
        plan.Call(null, SystemCall.Close_range, Control + 1, uint.MaxValue, 0);

        ShellPlan.EnterNamespaces(plan, unshared);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, null), 88], Result = child, Target = init, Message = plan.Text("start the job's init") });
        ShellPlan.WaitForInit(plan, FirstOwn, ExitFile, child);

        plan.Place(init);
        ShellPlan.EmitInitSetup(plan);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, null), 88], Result = child, Target = job, Message = plan.Text("start the job") });
        Slot status = plan.NewSlot();
        plan.Try(null, SystemCall.Close_range, 0, uint.MaxValue, 0);
        plan.Do(OperationKind.Reap, status, child, 1);
        ShellPlan.Report(plan, status);
        plan.Call(null, SystemCall.Exit_group, 0);

        plan.Place(job);
        plan.Call("setsid", SystemCall.Setsid);
        if (start.OwnTerminal)
        {
            const int setControlling = 0x540e;
            plan.Call("take the terminal", SystemCall.Ioctl, 0, Argument.Named(setControlling, "TIOCSCTTY"), 0);
        }

        plan.Call($"change to directory {start.WorkingDirectory}", SystemCall.Chdir, plan.Text(start.WorkingDirectory));
        plan.Try(null, SystemCall.Close, ExitFile);
        Settle(plan, start.Settings ?? StartSettings.OfCaller());
        plan.Call(null, SystemCall.Rt_sigprocmask, 2, none, 0, 8);
        plan.Call($"execute {start.Program}", SystemCall.Execve, plan.Text(start.Program), Vector(plan, start.Arguments), Vector(plan, start.Environment));
        return plan.Build();
    }

    private static void Settle(PlanBuilder plan, StartSettings settings)
    {
        plan.Call(null, SystemCall.Umask, settings.Umask);
        plan.Try(null, SystemCall.Setpriority, 0, 0, unchecked((ulong)settings.Nice));
        if (settings.Processors.Length > 0)
        {
            plan.Try(null, SystemCall.Sched_setaffinity, 0, (ulong)settings.Processors.Length, plan.Bytes(settings.Processors, "processors"));
        }

        foreach (ResourceLimit limit in settings.Limits)
        {
            byte[] words = [.. BitConverter.GetBytes(limit.Soft), .. BitConverter.GetBytes(limit.Hard)];
            plan.Try(null, SystemCall.Prlimit64, 0, limit.Resource, plan.Bytes(words, $"limit {limit.Resource}"), 0);
        }
    }

    private static DataReference Vector(PlanBuilder plan, IReadOnlyList<string> texts)
    {
        DataReference vector = plan.Room((texts.Count + 1) * 8, $"[{texts.Count} strings]");
        for (int i = 0; i < texts.Count; i++)
        {
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(vector, (ulong)i * 8), plan.Text(texts[i]));
        }

        return vector;
    }
}
