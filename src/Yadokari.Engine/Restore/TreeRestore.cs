using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The skeleton of a job of several processes. The main process opens what is shared, above every number that the job uses;
/// then each process leads the session or group that it leads, and makes its children, which inherit all that. Only behind it
/// is anything rebuilt that is one process's own.
/// </summary>
internal static class TreeRestore
{
    private const int Refused = 5;
    private const int SignalMask = 0x7f;
    private const int ActionLength = 32;

    /// <summary>In the main process, first of all: what several processes hold.</summary>
    public static void Stage(PlanContext context)
    {
        ProcessRestore.EmitEarly(context);
        HostNameRestore.Make(context);
        MemoryRestore.Stage(context);
        IpcRestore.Make(context);
        DescriptorTableImage shared = context.Tree.Shared;
        if (context.StagedCount == 0)
        {
            return;
        }

        DescriptorTableImage staged = shared with
        {
            Descriptions = [.. shared.Descriptions.Select((image, index) => image with { Numbers = [new DescriptorNumber(context.Staged(index), true)] })],
        };
        context.StagedDescriptors = new DescriptorRestore(context.Plan, staged, Place(context));
        context.StagedDescriptors.Open();
        TerminalSession.Take(context);
    }

    /// <summary>When all processes have what they have in common: what would stand in the way before.</summary>
    public static void FinishShared(PlanContext context, IReadOnlyList<(PlanContext Child, PlanLabel Start)> children)
    {
        if (context.Tree.Shared.Files.Count == 0 && context.Tree.Ipc is null)
        {
            return;
        }

        AwaitChildren(context, children, child => child.Opened);
        TellParent(context, context.Opened);
        if (context.Image.Parent == 0)
        {
            new CarriedFileRestore(context.Plan, context.Tree.Shared, Place(context)).Finish();
            SegmentRestore.Finish(context);
            context.Queues.Finish(context.Plan);
        }
    }

    private static DescriptorRestorePlace Place(PlanContext context) => new()
    {
        FirstFreeNumber = context.Staged(context.StagedCount),
        Streams = [],
        Control = context.ControlTerminal,
        Aside = context.Aside,
        HeldNames = context.HeldNames,
        Queue = context.Queues.NameOf,
        File = file => context.Objects[SharedObjectImage.KeyOf(file.Device, file.Inode)],
    };

    /// <summary>Leads, makes children, joins its group. The children's operations are still to be emitted, each at its label.</summary>
    public static IReadOnlyList<(PlanContext Child, PlanLabel Start)> EmitChildren(PlanContext context)
    {
        if (!context.Tree.HasRelatives)
        {
            return [];
        }

        PlanBuilder plan = context.Plan;
        Skeleton skeleton = context.Skeleton;
        int pid = context.Image.Attributes.Pid;
        List<(PlanContext Child, PlanLabel Start)> children = [];
        foreach (ProcessImage process in context.Tree.Processes.Where(process => process.Parent == pid))
        {
            children.Add((context.Of(process), new PlanLabel($"process {process.Attributes.Pid}")));
        }

        List<EndedProcessImage> ended = [.. context.Tree.Ended.Where(process => process.Parent == pid)];
        IReadOnlyList<int> own = [.. children.Select(child => child.Child.Image.Attributes.Pid), .. ended.Select(process => process.Pid)];
        foreach ((PlanContext child, PlanLabel start) in children)
        {
            context.Counters.Starts.Add(child.Image.Attributes.Pid, start);
        }

        if (context.Image.Parent != 0 && !skeleton.IsMadeByParent(pid))
        {
            // What it has is whoever's that made it.
            VdsoRestore.UnmapOthers(plan, context.Tree.RegionBase, context.Tree.RegionLength);
        }

        MakeOwn(context, children, [.. own.Where(skeleton.IsEarly)]);
        if (context.Image.Parent != 0)
        {
            Lead(plan, context.Image.Attributes.SessionLeader, context.Image.Attributes.GroupLeader);
            TerminalSession.Take(context);
        }

        MakeOwn(context, children, [.. own.Where(one => !skeleton.IsEarly(one) && skeleton.IsMadeByParent(one))]);
        IReadOnlyList<SkeletonLeader> leaders = [.. skeleton.Leaders.Where(leader => leader.Maker == pid)];
        foreach (SkeletonLeader leader in leaders)
        {
            EmitLeader(context, leader);
        }

        IReadOnlyDictionary<SkeletonMiddleman, int> middlemen = EmitMiddlemen(context, pid);
        plan.Do(OperationKind.Count, null, context.Counters.Grouped);
        if (context.Image.Parent != 0)
        {
            Join(context, context.Image.Group, pid);
        }

        TerminalSession.Settle(context);
        CountJoined(context);
        HandOn(context, pid, middlemen);
        foreach (SkeletonLeader leader in leaders)
        {
            plan.Call($"wait for leader {leader.Pid}", SystemCall.Wait4, leader.Pid, 0, Argument.Named(__WALL, "__WALL"), 0);
        }

        if (ended.Count > 0)
        {
            AwaitEnds(plan, ended);
        }

        return children;
    }

    /// <summary>In their parent: they inherit what they have in common with it.</summary>
    /// <param name="which">Numbers of processes of the job, living or ended.</param>
    private static void MakeOwn(PlanContext context, IReadOnlyList<(PlanContext Child, PlanLabel Start)> children, IReadOnlyList<int> which)
    {
        // Who has nothing in common with it need not inherit, and then give up, what others do.
        int pid = context.Image.Attributes.Pid;
        Make(context, which.Except(children.Select(child => child.Child.Image.Attributes.Pid)));
        foreach (PlanContext child in children.Select(child => child.Child).Where(child => which.Contains(child.Image.Attributes.Pid))
            .OrderBy(child => context.Common.Inherits(child.Image.Attributes.Pid, pid)))
        {
            CommonMemoryRestore.StageFor(context, child.Image.Attributes.Pid);
            Make(context, [child.Image.Attributes.Pid]);
            child.Inherited = context.Inherited;
        }
    }

    /// <param name="which">Numbers of processes of the job, living or ended.</param>
    private static void Make(PlanContext context, IEnumerable<int> which)
    {
        foreach (int pid in which)
        {
            if (context.Tree.Processes.FirstOrDefault(process => process.Attributes.Pid == pid) is { } living)
            {
                Clone(context.Plan, pid, living.ExitSignal, living.SharesDirectory, context.Counters.Starts[pid], living.Orphan && context.Skeleton.IsMadeByParent(pid), living.SharesDescriptors);
            }
            else
            {
                EmitEnded(context, context.Tree.Ended.First(process => process.Pid == pid));
            }
        }
    }

    /// <summary>A leader that had ended: lets all be made that can only be born in its session, and join, and ends again, with no signal.</summary>
    private static void EmitLeader(PlanContext context, SkeletonLeader leader)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel start = new($"leader {leader.Pid}");
        PlanLabel next = new("next");
        Clone(plan, leader.Pid, signal: 0, sharesDirectory: false, start);
        plan.Jump(next);
        plan.Place(start);
        Lead(plan, leader.LeadsSession, group: true);
        IReadOnlyDictionary<SkeletonMiddleman, int> middlemen = EmitMiddlemen(context, leader.Pid);
        plan.Do(OperationKind.Count, null, context.Counters.Grouped);
        plan.Do(OperationKind.WaitCount, null, context.Counters.Joined, context.Tree.Processes.Count + context.Tree.Ended.Count, 0, 0);
        HandOn(context, leader.Pid, middlemen);
        plan.Try(null, SystemCall.Exit_group, 0);
        plan.Place(next);
    }

    /// <summary>In the leader of a session: those who make its members that have got another parent. They end when it is their turn.</summary>
    /// <returns>Their numbers.</returns>
    private static Dictionary<SkeletonMiddleman, int> EmitMiddlemen(PlanContext context, int maker)
    {
        PlanBuilder plan = context.Plan;
        Dictionary<SkeletonMiddleman, int> made = [];
        foreach (SkeletonHandover handover in context.Skeleton.Handovers)
        {
            foreach (SkeletonMiddleman middleman in handover.Middlemen.Where(middleman => middleman.Maker == maker))
            {
                int pid = context.FreePid() ?? throw new InvalidOperationException("a job of one process has nobody to hand on");
                PlanLabel start = new($"middleman of {maker}");
                PlanLabel next = new("next");
                made.Add(middleman, pid);
                Clone(plan, pid, signal: 0, sharesDirectory: false, start);
                plan.Jump(next);
                plan.Place(start);
                Make(context, middleman.Members);
                plan.Do(OperationKind.WaitCount, null, context.Counters.Turn, handover.Open, 0, 0);
                plan.Try(null, SystemCall.Exit_group, 0);
                plan.Place(next);
            }
        }

        return made;
    }

    /// <summary>A process's part in that all get their parents: it takes over what is its own, and waits for its middlemen to end.</summary>
    private static void HandOn(PlanContext context, int pid, IReadOnlyDictionary<SkeletonMiddleman, int> made)
    {
        PlanBuilder plan = context.Plan;
        foreach (SkeletonHandover handover in context.Skeleton.Handovers)
        {
            if (handover.Taker == pid)
            {
                plan.Do(OperationKind.WaitCount, null, context.Counters.Turn, handover.Start, 0, 0);
                plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER"), 1);
                plan.Do(OperationKind.Count, null, context.Counters.Turn);
                plan.Do(OperationKind.WaitCount, null, context.Counters.Turn, handover.Closed, 0, 0);
                plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER"), 0);
                plan.Do(OperationKind.Count, null, context.Counters.Turn);
            }

            foreach (SkeletonMiddleman middleman in handover.Middlemen.Where(middleman => middleman.Maker == pid))
            {
                // By then its children have their parent (kernel/exit.c, exit_notify).
                plan.Call("wait for a middleman", SystemCall.Wait4, made[middleman], 0, Argument.Named(__WALL, "__WALL"), 0);
                plan.Do(OperationKind.Count, null, context.Counters.Turn);
            }
        }
    }

    private static void CountJoined(PlanContext context)
    {
        if (context.Skeleton.Leaders.Count > 0)
        {
            context.Plan.Do(OperationKind.Count, null, context.Counters.Joined);
        }
    }

    /// <summary>At the beginning of a process with a table of its own, where others have theirs in common: what one of those had open
    /// for a moment when this one was made.</summary>
    public static void CloseOthers(PlanContext context)
    {
        if (context.Image is { Parent: not 0, SharesDescriptors: false } && context.Tree.Processes.Any(process => process.SharesDescriptors))
        {
            context.Plan.Call("close descriptors", SystemCall.Close_range, 0, context.FirstOwn - 1, 0);
        }
    }

    /// <summary>Before descriptors get the job's numbers: whoever has the same table opens nothing any more, or it could have one of these.</summary>
    public static void AwaitTable(PlanContext context, IReadOnlyList<(PlanContext Child, PlanLabel Start)> children) =>
        AwaitChildren(context, [.. children.Where(child => child.Child.Image.SharesDescriptors)], child => child.TableLeft);

    /// <summary>In a parent, since only it is told of one that was killed meanwhile.</summary>
    public static void AwaitChildren(PlanContext context, IReadOnlyList<(PlanContext Child, PlanLabel Start)> children, Func<PlanContext, Argument> counter)
    {
        PlanBuilder plan = context.Plan;
        foreach ((PlanContext child, _) in children)
        {
            // An orphan is the init's child.
            int pid = child.Image.Attributes.Pid;
            int own = child.Image.Orphan ? 0 : pid;
            PlanLabel lost = new($"process {pid} is lost");
            PlanLabel there = new($"process {pid} is there");
            plan.Add(new Operation
            {
                Kind = OperationKind.WaitCount,
                Arguments = [counter(child), 1, Argument.InShared(SharedLayout.Error, "error"), own],
                Target = lost,
            });
            plan.Jump(there);
            plan.Place(lost);
            plan.Fail($"process {pid} has ended while the job was rebuilt", Refused);
            plan.Place(there);
        }
    }

    /// <summary>Says to its own parent what it has waited for of its children.</summary>
    public static void TellParent(PlanContext context, Argument counter)
    {
        if (context.Image.Parent != 0)
        {
            context.Plan.Do(OperationKind.Count, null, counter);
        }
    }

    /// <summary>Children that were stopped, when they have nothing left to do: with no signal for their parent, which has had it, and
    /// is told by wait(2) what it was not told yet.</summary>
    public static void StopChildren(PlanContext context, IReadOnlyList<(PlanContext Child, PlanLabel Start)> children)
    {
        const int noStops = 1; // SA_NOCLDSTOP
        PlanBuilder plan = context.Plan;
        IReadOnlyList<AttributesImage> still = [.. children.Select(child => child.Child.Image.Attributes).Where(child => child is { Stopped: true, StopReport: not StopReport.Coming })];
        if (still.Count == 0)
        {
            return;
        }

        byte[] quiet = new byte[ActionLength];
        quiet[8] = noStops;
        plan.Call("hear of no stops", SystemCall.Rt_sigaction, SIGCHLD, plan.Bytes(quiet, "{SIG_DFL, SA_NOCLDSTOP}"), 0, 8);
        foreach (AttributesImage child in still)
        {
            plan.Call($"stop process {child.Pid}", SystemCall.Kill, child.Pid, SIGSTOP);
            plan.Call($"wait for process {child.Pid} to stop", SystemCall.Waitid, P_PID, child.Pid, plan.Room(128, "{siginfo}"), WSTOPPED | __WALL | (child.StopReport == StopReport.Waiting ? WNOWAIT : 0), 0);
        }

        byte[] action = context.Image.Signals.Actions[((SIGCHLD - 1) * ActionLength)..(SIGCHLD * ActionLength)];
        plan.Call($"handler of signal {SIGCHLD}", SystemCall.Rt_sigaction, SIGCHLD, plan.Bytes(action, "{action}"), 0, 8);
    }

    /// <summary>Every process has its own numbers for what is shared.</summary>
    public static void Unstage(PlanContext context)
    {
        if (context.Image.SharesDescriptors)
        {
            return;
        }

        int count = context.StagedCount;
        if (context.StagedDescriptors is { HasLate: true } staged)
        {
            if (context.Tree.HasRelatives)
            {
                AwaitAll(context);
            }

            staged.FillLate();
        }

        if (count > 0)
        {
            context.Plan.Call("close descriptors", SystemCall.Close_range, context.Staged(0), context.Staged(count - 1), 0);
        }
    }

    private static void Clone(PlanBuilder plan, int pid, int signal, bool sharesDirectory, PlanLabel start, bool orphan = false, bool sharesDescriptors = false) =>
        plan.Add(new Operation
        {
            Kind = OperationKind.Clone,
            Number = (int)SystemCall.Clone3,
            Arguments = [ShellPlan.CloneArguments(plan, pid, signal, sharesDirectory, orphan, sharesDescriptors), 88],
            Target = start,
            Message = plan.Text($"make process {pid} with its old id"),
        });

    private static void Lead(PlanBuilder plan, bool session, bool group)
    {
        if (session)
        {
            plan.Call("lead a session", SystemCall.Setsid);
        }
        else if (group)
        {
            plan.Call("lead a process group", SystemCall.Setpgid, 0, 0);
        }
    }

    /// <summary>Until every process is made, and leads what it leads.</summary>
    public static void AwaitAll(PlanContext context) =>
        context.Plan.Do(OperationKind.WaitCount, null, context.Counters.Grouped, context.Tree.Processes.Count + context.Tree.Ended.Count + context.Skeleton.Leaders.Count, 0, 0);

    /// <summary>Into the group of another process of the job, as soon as each that leads one does.</summary>
    private static void Join(PlanContext context, int group, int pid)
    {
        if (group != 0 && group != pid)
        {
            AwaitAll(context);
            context.Plan.Call($"join process group {group}", SystemCall.Setpgid, 0, group);
        }
    }

    /// <summary>A child that ends at once as it had ended.</summary>
    private static void EmitEnded(PlanContext context, EndedProcessImage process)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel start = new($"ended process {process.Pid}");
        PlanLabel next = new("next");
        Clone(plan, process.Pid, process.ExitSignal, sharesDirectory: false, start);
        plan.Jump(next);
        plan.Place(start);
        plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_NAME, "PR_SET_NAME"), plan.Text(process.Name));
        Lead(plan, process.Session == process.Pid, process.Group == process.Pid);
        IReadOnlyDictionary<SkeletonMiddleman, int> middlemen = EmitMiddlemen(context, process.Pid);
        plan.Do(OperationKind.Count, null, context.Counters.Grouped);
        Join(context, process.Group, process.Pid);
        CountJoined(context);
        HandOn(context, process.Pid, middlemen);

        // Where whoever resumes may not, it was theirs.
        plan.Try(null, SystemCall.Setresgid, process.Gid, process.Gid, process.Gid);
        plan.Try(null, SystemCall.Setresuid, process.Uid, process.Uid, process.Uid);
        int signal = process.Status & SignalMask;
        if (signal is not (0 or SIGKILL))
        {
            // It may be ignored by whoever resumes.
            plan.Call($"handler of signal {signal}", SystemCall.Rt_sigaction, signal, plan.Bytes(new byte[ActionLength], "{SIG_DFL}"), 0, 8);
        }

        plan.Do(OperationKind.ExitAs, null, process.Status);
        plan.Place(next);
    }

    /// <summary>Their signals came before they were saved, or wait among those that are queued later: what comes of them now is
    /// dropped, as every signal that waits is when it is ignored. (All are blocked here.)</summary>
    private static void AwaitEnds(PlanBuilder plan, List<EndedProcessImage> ended)
    {
        foreach (EndedProcessImage process in ended)
        {
            plan.Call($"wait for process {process.Pid}", SystemCall.Waitid, P_PID, process.Pid, plan.Room(128, "{siginfo}"), WEXITED | WNOWAIT | __WALL, 0);
        }

        byte[] ignore = new byte[ActionLength];
        ignore[0] = 1; // SIG_IGN
        foreach (int signal in ended.Select(process => process.ExitSignal).Where(signal => signal != 0).Distinct().Order())
        {
            plan.Call($"drop signal {signal}", SystemCall.Rt_sigaction, signal, plan.Bytes(ignore, "{SIG_IGN}"), 0, 8);
            plan.Call($"handler of signal {signal}", SystemCall.Rt_sigaction, signal, plan.Bytes(new byte[ActionLength], "{SIG_DFL}"), 0, 8);
        }
    }
}
