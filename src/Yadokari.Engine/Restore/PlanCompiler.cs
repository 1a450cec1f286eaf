using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Linux;
using Yadokari.Linux.Cpu;

namespace Yadokari.Engine.Restore;

/// <summary>
/// Turns an image into the plan that rebuilds it. A pure function: the same image, the same plan.
/// <code>
/// the process that executed the file (waiter)
///   ├─ checks the processor, moves its descriptors out of the way, sets the clocks
///   ├─ own pid namespace needed? ── init (pid 1 in it) ─┐
///   └──────────────────────────────────────────────────┴─ clone3(set_tid) ── the job's main process
///                                                            session, group; what is shared; its children, each the same way
///                                                                               memory, descriptors, …
///        waits for all threads, the gate, then installs registers by ptrace     its other threads
/// </code>
/// </summary>
public static class PlanCompiler
{
    /// <summary>Descriptor numbers above the job's that the stub keeps to itself must fit under this.</summary>
    public const int MaxDescriptor = 1 << 20;

    /// <param name="image">What the plan rebuilds.</param>
    /// <param name="maxLength">Bytes that operations and data may have together.</param>
    /// <exception cref="EngineException">They have more, or need more variables than there are.</exception>
    public static RestorePlan Compile(TreeImage image, long maxLength = long.MaxValue)
    {
        PlanBuilder plan = new(maxLength);
        PlanContext context = new(image, plan, PlanContext.FirstOwnAbove(image.HighestDescriptor));
        PlanLabel job = new("job");
        PlanLabel install = new("install");
        PlanLabel abort = new("abort");

        plan.Call("block signals", SystemCall.Rt_sigprocmask, 2, context.AllSignals, 0, 8);
        RequireProcessor(plan, image.Origin);
        plan.MapShared();
        ShellPlan.MoveDescriptors(context);
        TerminalForeground.Look(context);
        Slot child = plan.NewSlot();
        Slot role = plan.NewSlot();
        ShellPlan.StartJob(context, job, install, child, role);

        plan.Place(install);
        GuardPlan.Watch(context, child, role);
        InstallPlan.Emit(context, child, abort);
        AnnouncePlan.Emit(context);
        ShellPlan.Wait(context, child, role, abort);

        plan.Place(job);
        TreeRestore.Stage(context);
        context.VdsoParked = VdsoRestore.Park(context);
        EmitProcess(context);
        return plan.Build();
    }

    /// <summary>The rest of the plan for a job whose process is there, with memory that was filled before: what its init and itself go on
    /// with. They have their descriptors, and have mapped the region (<see cref="FillProgram"/>).</summary>
    /// <param name="image">A job of one process.</param>
    /// <param name="filled">What it has.</param>
    public static FilledPlan Compile(TreeImage image, FilledProcess filled)
    {
        PlanBuilder plan = new();
        PlanContext context = new(image, plan, filled.FirstOwn) { Filled = filled };
        PlanLabel install = new("install");
        PlanLabel job = new("job");
        PlanLabel abort = new("abort");
        plan.TakeShared();
        Slot child = plan.NewSlot();
        Slot role = plan.NewSlot();
        plan.Place(install);
        plan.Set(child, image.Main.Attributes.Pid);
        plan.Set(role, 1);
        InstallPlan.Emit(context, child, abort);
        AnnouncePlan.Emit(context);
        ShellPlan.Wait(context, child, role, abort);

        plan.Place(job);
        plan.Call("unmap the stub's own", SystemCall.Munmap, new RemoteAddress(filled.OwnBase), filled.OwnLength);
        ShellPlan.JoinClocks(context);
        TreeRestore.Stage(context);
        context.VdsoParked = VdsoRestore.Park(context);
        EmitProcess(context);
        return new FilledPlan(plan.Build(), install.Position, job.Position);
    }

    /// <summary>One process from its first operation on, with its threads, and those that it makes itself.</summary>
    private static void EmitProcess(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        ProcessImage image = context.Image;
        TreeRestore.CloseOthers(context);
        IReadOnlyList<(PlanContext Child, PlanLabel Start)> children = TreeRestore.EmitChildren(context);
        MemoryRestore.Emit(context);
        VdsoRestore.Unpark(context);
        ProcessRestore.Emit(context);
        TreeRestore.AwaitTable(context, children);
        context.Descriptors = Descriptors(context);
        context.Descriptors.Open();
        TreeRestore.Unstage(context);
        context.Descriptors.Finish();
        TreeRestore.FinishShared(context, children);
        MemoryRestore.CloseObjects(context);
        if (image.SharesDescriptors)
        {
            TreeRestore.TellParent(context, context.TableLeft);
        }

        ProcessRestore.EmitLimits(context);
        IpcRestore.Adjust(context);

        List<PlanLabel> starts = [];
        for (int i = 1; i < image.Threads.Count; i++)
        {
            PlanLabel start = new($"thread {image.Threads[i].Tid}");
            starts.Add(start);
            ThreadRestore.EmitClone(context, image.Threads[i], start);
        }

        ThreadRestore.EmitOwn(context, image.Threads[0]);
        TreeRestore.AwaitChildren(context, children, child => child.Ready);
        TreeRestore.TellParent(context, context.Ready);
        plan.Do(OperationKind.Count, null, context.Counters.Prepared);
        plan.Do(OperationKind.WaitCount, null, context.Counters.Gate, 1, 0, 0);
        TreeRestore.AwaitChildren(context, children, child => child.ReadyLate);
        TreeRestore.StopChildren(context, children);
        ProcessRestore.EmitLate(context);
        ThreadRestore.EmitFilters(plan, image.Threads[0]);
        // In this order: a parent that has heard of it may stop this process at once, and then it counts nothing any more.
        plan.Do(OperationKind.Count, null, context.Counters.Late);
        TreeRestore.TellParent(context, context.ReadyLate);
        Park(context);

        for (int i = 1; i < image.Threads.Count; i++)
        {
            plan.Place(starts[i - 1]);
            ThreadRestore.EmitOwn(context, image.Threads[i]);
            ThreadRestore.EmitFilters(plan, image.Threads[i]);
            plan.Do(OperationKind.Count, null, context.Counters.Prepared);
            Park(context);
        }

        foreach ((PlanContext child, PlanLabel start) in children)
        {
            plan.Place(start);
            EmitProcess(child);
        }
    }

    private static DescriptorRestore Descriptors(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        Slot[] streams = [plan.NewSlot(), plan.NewSlot(), plan.NewSlot()];
        for (int i = 0; i < streams.Length; i++)
        {
            plan.Set(streams[i], context.Stream(i));
        }

        return new DescriptorRestore(plan, context.Image.Descriptors, new DescriptorRestorePlace
        {
            FirstFreeNumber = context.Staged(context.StagedCount),
            Streams = streams,
            File = file => context.Objects[SharedObjectImage.KeyOf(file.Device, file.Inode)],
            Found = file => context.Found[SharedObjectImage.KeyOf(file.Device, file.Inode)],
            IsCommon = file => context.CommonObjects.Contains(SharedObjectImage.KeyOf(file.Device, file.Inode)),
            Shared = context.Staged,
            SharedImage = index => context.Tree.Shared.Descriptions[index],
            HeldNames = context.HeldNames,
            Queue = context.Queues.NameOf,
            FreePid = context.FreePid,
            AwaitRelatives = () =>
            {
                if (context.Tree.HasRelatives)
                {
                    TreeRestore.AwaitAll(context);
                }
            },
        });
    }

    /// <summary>Never returns: the waiter gives the thread its own registers here.</summary>
    private static void Park(PlanContext context) =>
        context.Plan.Do(OperationKind.WaitCount, null, context.Counters.Park, 1, 0, 0);

    private static void RequireProcessor(PlanBuilder plan, OriginImage origin)
    {
        const int RefusedStatus = 5;
        CpuFeatures features = CpuFeatures.FromNames(origin.CpuFeatures, out _);
        Slot has = plan.NewSlot();
        PlanLabel lacks = new("lacks");
        PlanLabel fits = new("fits");

        // Hypervisors answer CPUID themselves, each time: only one that lacks something is asked feature by feature.
        foreach (CpuidTest test in features.Tests())
        {
            plan.Do(OperationKind.CpuId, has, test.Leaf, test.Subleaf, (int)test.Register, test.Mask);
            plan.JumpIf(has, Condition.NotEqual, 1, lacks);
        }

        plan.Jump(fits);
        plan.Place(lacks);
        foreach (string name in features.Names)
        {
            foreach (CpuidTest test in CpuFeatures.FromNames([name], out _).Tests())
            {
                PlanLabel next = new("next");
                plan.Do(OperationKind.CpuId, has, test.Leaf, test.Subleaf, (int)test.Register, test.Mask);
                plan.JumpIf(has, Condition.Equal, 1, next);
                plan.Fail($"this host's processor lacks {name}, which the job may use", RefusedStatus);
                plan.Place(next);
            }
        }

        plan.Place(fits);
    }
}
