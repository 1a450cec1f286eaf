using System.Buffers.Binary;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Clone;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Restore;

/// <summary>The part of a plan that runs outside the job: descriptors out of the way, clocks, namespaces, and
/// afterwards the waiting, the passing on of signals and of the exit status.</summary>
public static class ShellPlan
{
    private const int NoFile = 7;
    private const int ClockMonotonicCoarse = 6;
    private const int ClockBoottime = 7;

    /// <summary>Puts the stub's own descriptors above the job's and closes all others.</summary>
    public static void MoveDescriptors(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        int above = context.FirstOwn + PlanContext.OwnCount;
        RaiseDescriptorLimit(plan, DescriptorsOf(context.Tree, context.FirstOwn));

        Slot self = plan.NewSlot();
        PlanLabel opened = new("opened");
        plan.Try(self, SystemCall.Open, plan.Text("/proc/self/exe"), O_CLOEXEC | O_RDONLY, 0);
        plan.JumpIf(self, Condition.GreaterOrEqual, 0, opened);
        plan.CallInto(self, "open the context file", SystemCall.Open, WellKnownSlots.ExecName, O_CLOEXEC | O_RDONLY, 0);
        plan.Place(opened);

        Slot[] sources = [WellKnownSlots.ExitFile, WellKnownSlots.Control, self];
        Slot[] kept = new Slot[6];
        for (int i = 0; i < 6; i++)
        {
            kept[i] = plan.NewSlot();
            plan.Try(kept[i], SystemCall.Fcntl, i < 3 ? sources[i] : i - 3, Argument.Named(F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"), above);
        }

        plan.Set(WellKnownSlots.ErrorDescriptor, kept[5]);
        plan.Call("close descriptors", SystemCall.Close_range, 0, above - 1, 0);
        for (int i = 0; i < 6; i++)
        {
            plan.Try(null, SystemCall.Dup3, kept[i], context.FirstOwn + i, O_CLOEXEC);
        }

        PlanLabel controlled = new("controlled");
        plan.Set(WellKnownSlots.ErrorDescriptor, context.Control);
        plan.JumpIf(WellKnownSlots.Control, Condition.GreaterOrEqual, 0, controlled);
        plan.Set(WellKnownSlots.ErrorDescriptor, context.Stream(2));
        plan.Place(controlled);
        plan.Call("close descriptors", SystemCall.Close_range, above, uint.MaxValue, 0);
    }

    /// <summary>How many descriptors a process needs while the job is rebuilt.</summary>
    public static int DescriptorsOf(Image.TreeImage tree, int firstOwn) =>
        DescriptorsOf(firstOwn, tree.Shared.Descriptions.Count) + tree.Processes.Max(process => process.Memory.SharedObjects.Count) + tree.SharedObjects.Count + TerminalMounts.Descriptors(tree);

    /// <summary>The same, as far as it depends on the job's own descriptors.</summary>
    /// <param name="firstOwn">Above every number of the job.</param>
    /// <param name="shared">Descriptions that several processes have.</param>
    public static int DescriptorsOf(int firstOwn, int shared) => firstOwn + PlanContext.OwnCount + 16 + (2 * shared);

    /// <summary>In a process that was made before its clocks were known: a time namespace of its own, which it may join as long as it
    /// has one thread.</summary>
    public static void JoinClocks(PlanContext context)
    {
        PlanBuilder plan = context.Plan;
        TimeOffsets offsets = new(plan, context.Image.Attributes.Clocks);
        offsets.Compute();
        plan.Call("a time namespace of its own", SystemCall.Unshare, Argument.Named(CLONE_NEWTIME, "CLONE_NEWTIME"));
        offsets.Write();
        Slot file = plan.CallResult("open the time namespace", SystemCall.Open, plan.Text("/proc/self/ns/time_for_children"), O_CLOEXEC | O_RDONLY, 0);
        plan.Call("join the time namespace", SystemCall.Setns, file, Argument.Named(CLONE_NEWTIME, "CLONE_NEWTIME"));
        plan.Call(null, SystemCall.Close, file);
    }

    /// <summary>Starts the job's first process with its old pid, in this pid namespace if it may and the ids are free,
    /// else in one of its own.</summary>
    /// <param name="job">Where the job's process goes on.</param>
    /// <param name="install">Where its parent goes on, with the child's pid in <paramref name="child"/>.</param>
    /// <param name="role">0: the parent is the waiter itself, 1: it is the init of a new pid namespace.</param>
    public static void StartJob(PlanContext context, PlanLabel job, PlanLabel install, Slot child, Slot role)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel own = new("own namespaces");
        PlanLabel user = new("own user namespace");
        PlanLabel fork = new("fork the init");
        PlanLabel init = new("init");
        PlanLabel noTime = new("no time namespace");
        TimeOffsets offsets = new(plan, context.Image.Attributes.Clocks);
        offsets.Compute();
        DataReference cloneJob = CloneArguments(plan, context.Image.Attributes.Pid);

        Slot flag = plan.NewSlot();
        plan.Do(OperationKind.And, flag, WellKnownSlots.Flags, 1);
        plan.JumpIf(flag, Condition.NotEqual, 0, own);
        if (context.Tree.NeedsInit)
        {
            // Whatever becomes of a job of several processes, the end of its init is the end of all. And what it
            // has of a kind that only namespaces of its own can number as before is made in those.
            plan.Jump(own);
        }

        Slot unshared = plan.NewSlot();
        plan.Try(unshared, SystemCall.Unshare, Argument.Named(CLONE_NEWTIME, "CLONE_NEWTIME"));
        plan.JumpIf(unshared, Condition.Equal, -Errno.EPERM, user);
        plan.JumpIf(unshared, Condition.Less, 0, noTime);
        offsets.Write();
        plan.Place(noTime);
        Slot taken = plan.NewSlot();
        foreach (Resources.Threads.ThreadImage thread in context.Image.Threads)
        {
            plan.Try(taken, SystemCall.Kill, thread.Tid, 0);
            plan.JumpIf(taken, Condition.NotEqual, -Errno.ESRCH, own);
        }

        plan.Set(role, 0);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [cloneJob, 88], Result = child, OnError = OnError.Ignore, Target = job });
        plan.JumpIf(child, Condition.GreaterOrEqual, 0, install);

        plan.Place(own);
        plan.Try(unshared, SystemCall.Unshare, Argument.Named(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWTIME, "CLONE_NEWPID|CLONE_NEWNS|CLONE_NEWTIME"));
        plan.JumpIf(unshared, Condition.GreaterOrEqual, 0, fork);
        plan.Place(user);
        EnterUserNamespace(plan, $"pid {context.Image.Attributes.Pid} is taken or may not be chosen here, and this host refuses a user namespace of its own to the job");

        plan.Place(fork);
        offsets.Write();
        plan.Set(role, 1);
        Slot self = plan.NewSlot();
        GuardPlan.OpenSelf(plan, self);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [CloneArguments(plan, null), 88], Result = child, Target = init, Message = plan.Text("start the job's init") });
        WaitForInit(context, child);

        plan.Place(init);
        GuardPlan.BindInit(plan, self);
        if (context.Tree.Ipc is not null)
        {
            // Here, not before: the ids of its objects are the job's, and whoever resumes keeps what they had.
            plan.Call("an IPC namespace of the job's own", SystemCall.Unshare, Argument.Named(CLONE_NEWIPC, "CLONE_NEWIPC"));
        }

        EmitInitSetup(plan);
        TerminalMounts.Emit(context);
        if (context.Tree.HasNamedMemory)
        {
            plan.Call(
                "mount shared memory of the job's own", SystemCall.Mount, plan.Text("tmpfs"), plan.Text(NamedMemory.Directory), plan.Text("tmpfs"),
                Argument.Named(6, "MS_NOSUID|MS_NODEV"), plan.Text("mode=1777"));
        }

        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [cloneJob, 88], Result = child, Target = job, Message = plan.Text($"start process {context.Image.Attributes.Pid} in its own pid namespace") });
        plan.Jump(install);
    }

    /// <summary>Pid, mount and time namespaces of its own for whatever is forked next, by whoever may; else within a user namespace.</summary>
    public static void EnterNamespaces(PlanBuilder plan, Slot unshared)
    {
        PlanLabel user = new("own user namespace");
        PlanLabel fork = new("fork the init");
        plan.CallOrJump(unshared, user, SystemCall.Unshare, Argument.Named(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWTIME, "CLONE_NEWPID|CLONE_NEWNS|CLONE_NEWTIME"));
        plan.Jump(fork);
        plan.Place(user);
        EnterUserNamespace(plan, "this host refuses a user namespace of its own to the job (see yado doctor)");
        plan.Place(fork);
    }

    /// <summary>For who is not root: a user namespace in which the own user and group are the same as outside, and with it
    /// pid, mount and time namespaces.</summary>
    private static void EnterUserNamespace(PlanBuilder plan, string refusal)
    {
        Slot uid = plan.CallResult(null, SystemCall.Geteuid);
        Slot gid = plan.CallResult(null, SystemCall.Getegid);
        plan.Call(
            refusal,
            SystemCall.Unshare,
            Argument.Named(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWTIME, "CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNS|CLONE_NEWTIME"));
        WriteFile(plan, "/proc/self/setgroups", plan.Bytes("deny"u8, "\"deny\""), 4, required: false);
        WriteMap(plan, "/proc/self/uid_map", uid);
        WriteMap(plan, "/proc/self/gid_map", gid);
    }

    /// <summary>Private view of mounts and the new pid namespace's own /proc.</summary>
    public static void EmitInitSetup(PlanBuilder plan)
    {
        const int RecursiveSlave = 0x4000 | 0x80000;
        plan.Try(null, SystemCall.Mount, 0, plan.Text("/"), 0, Argument.Named(RecursiveSlave, "MS_REC|MS_SLAVE"), 0);

        // Refused where the container masks parts of /proc: the old one then still works, with outer pids.
        plan.Try(null, SystemCall.Mount, plan.Text("proc"), plan.Text("/proc"), plan.Text("proc"), Argument.Named(0xe, "MS_NOSUID|MS_NODEV|MS_NOEXEC"), 0);
    }

    /// <summary>Waits for the job, passes signals on, reports its end.</summary>
    public static void Wait(PlanContext context, Slot child, Slot role, PlanLabel abort)
    {
        PlanBuilder plan = context.Plan;
        Slot status = plan.NewSlot();
        PlanLabel waiter = new("waiter");
        bool leader = context.Image.Attributes.GroupLeader || context.Image.Attributes.SessionLeader;

        // No stream is held open here: whoever reads a pipe of the job sees its end when the job closes it.
        plan.Try(null, SystemCall.Close_range, context.FirstOwn + 1, uint.MaxValue, 0);
        plan.Do(OperationKind.Reap, status, child, leader ? 1 : 0);
        plan.JumpIf(role, Condition.Equal, 0, waiter);
        Report(plan, status);
        plan.Call(null, SystemCall.Exit_group, 0);
        plan.Place(waiter);
        if (context.Image.Attributes is { GroupLeader: true, SessionLeader: false })
        {
            TerminalForeground.TakeBack(plan);
        }

        Finish(context.ExitFile, plan, status);

        plan.Place(abort);
        plan.Try(null, SystemCall.Kill, child, 9);
        plan.Try(null, SystemCall.Wait4, child, 0, 0x40000000, 0);
        Slot failed = plan.NewSlot();
        PlanLabel refused = new("refused");
        plan.Do(OperationKind.Load32, failed, Argument.InShared(SharedLayout.FailStatus, "status of the failure"));
        plan.JumpIf(failed, Condition.Equal, 0, refused);
        plan.Call(null, SystemCall.Exit_group, failed);
        plan.Place(refused);
        plan.Call(null, SystemCall.Exit_group, 5);
    }

    /// <summary>Hands a wait status from the init to the outer waiter.</summary>
    public static void Report(PlanBuilder plan, Slot status)
    {
        plan.Do(OperationKind.Store32, null, Argument.InShared(SharedLayout.Status, "status"), status);
        plan.Do(OperationKind.Store32, null, Argument.InShared(SharedLayout.StatusValid, "status valid"), 1);
    }

    /// <summary>The outer waiter's part when an init stands between it and the job.</summary>
    public static void WaitForInit(PlanContext context, Slot child) =>
        WaitForInit(context.Plan, context.FirstOwn, context.ExitFile, child, context.Image.Attributes is { GroupLeader: true, SessionLeader: false }, held: true);

    /// <inheritdoc cref="WaitForInit(PlanContext, Slot)"/>
    /// <param name="held">The job may never be let go: then it has no end, and none is written.</param>
    public static void WaitForInit(PlanBuilder plan, int firstOwn, int exitFile, Slot child, bool terminal = false, bool held = false)
    {
        Slot status = plan.NewSlot();
        Slot valid = plan.NewSlot();
        PlanLabel own = new("init's own status");
        PlanLabel neverRan = new("never ran");
        plan.Try(null, SystemCall.Close_range, 0, firstOwn - 1, 0);
        plan.Try(null, SystemCall.Close_range, firstOwn + 1, uint.MaxValue, 0);
        plan.Do(OperationKind.Reap, status, child, 1);
        if (held)
        {
            Slot letGo = plan.NewSlot();
            plan.Do(OperationKind.Load32, letGo, Argument.InShared(SharedLayout.LetGo, "let go"));
            plan.JumpIf(letGo, Condition.Equal, 0, neverRan);
        }

        plan.Do(OperationKind.Load32, valid, Argument.InShared(SharedLayout.StatusValid, "status valid"));
        plan.JumpIf(valid, Condition.Equal, 0, own);
        plan.Do(OperationKind.Load32, status, Argument.InShared(SharedLayout.Status, "status"));
        plan.Place(own);
        if (terminal)
        {
            TerminalForeground.TakeBack(plan);
        }

        Finish(exitFile, plan, status);
        if (held)
        {
            plan.Place(neverRan);
            plan.Do(OperationKind.ExitAs, null, status);
        }
    }

    /// <summary>A struct clone_args (88 bytes) for a process; with a pid of its own choice when given.</summary>
    public static DataReference CloneArguments(PlanBuilder plan, int? pid, int signal = SIGCHLD, bool sharesDirectory = false, bool orphan = false, bool sharesDescriptors = false)
    {
        byte[] bytes = new byte[88];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (sharesDirectory ? CLONE_FS : 0) | (sharesDescriptors ? CLONE_FILES : 0) | (orphan ? CLONE_PARENT : 0));

        // With CLONE_PARENT it is that of the maker, which must not be said (kernel/fork.c).
        bytes[32] = orphan ? (byte)0 : (byte)signal;
        if (pid is null)
        {
            return plan.Bytes(bytes, "{exit_signal=SIGCHLD}");
        }

        byte[] tid = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(tid, pid.Value);
        DataReference tids = plan.Bytes(tid, $"[{pid}]");
        bytes[72] = 1; // set_tid_size
        DataReference arguments = plan.Bytes(bytes, $"{{{(orphan ? "CLONE_PARENT, " : "")}{(sharesDirectory ? "CLONE_FS, " : "")}{(sharesDescriptors ? "CLONE_FILES, " : "")}exit_signal={(signal == SIGCHLD ? "SIGCHLD" : signal)}, set_tid=[{pid}]}}");
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(arguments, 64), tids);
        return arguments;
    }

    private static void Finish(int exitFile, PlanBuilder plan, Slot status)
    {
        DataReference word = plan.Room(8, "status");
        plan.Do(OperationKind.Store64, null, word, status);
        plan.Try(null, SystemCall.Pwrite64, exitFile, word, 4, 0);
        plan.Do(OperationKind.ExitAs, null, status);
    }

    /// <summary>The soft limit of descriptors, where it is lower; and the hard one, for who may.</summary>
    public static void RaiseDescriptorLimit(PlanBuilder plan, int needed)
    {
        DataReference limit = plan.Room(16, "limit");
        Slot soft = plan.NewSlot(), hard = plan.NewSlot();
        PlanLabel enough = new("enough descriptors"), allowed = new("allowed");
        plan.Call("read the descriptor limit", SystemCall.Prlimit64, 0, NoFile, 0, limit);
        plan.Do(OperationKind.Load64, soft, limit);
        plan.JumpIf(soft, Condition.Less, 0, enough); // unlimited
        plan.JumpIf(soft, Condition.GreaterOrEqual, needed, enough);
        plan.Do(OperationKind.Store64, null, limit, needed);
        plan.Do(OperationKind.Load64, hard, Argument.AddressOf(limit, 8));
        plan.JumpIf(hard, Condition.Less, 0, allowed);
        plan.JumpIf(hard, Condition.GreaterOrEqual, needed, allowed);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(limit, 8), needed);
        plan.Place(allowed);
        plan.Call($"raise the descriptor limit to {needed}", SystemCall.Prlimit64, 0, NoFile, limit, 0);
        plan.Place(enough);
    }

    private static void WriteMap(PlanBuilder plan, string path, Slot id)
    {
        DataReference text = plan.Room(64, "map");
        Slot end = plan.NewSlot();
        Slot length = plan.NewSlot();
        plan.Set(end, text);
        plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(end), id);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(end), plan.Bytes(" "u8, "\" \""), 1);
        plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(end), id);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(end), plan.Bytes(" 1"u8, "\" 1\""), 2);
        plan.Do(OperationKind.Subtract, length, end, text);
        WriteFile(plan, path, text, length, required: true);
    }

    internal static void WriteFile(PlanBuilder plan, string path, DataReference text, Argument length, bool required)
    {
        Slot file = plan.NewSlot();
        if (required)
        {
            plan.CallInto(file, $"open {path}", SystemCall.Open, plan.Text(path), O_WRONLY | O_CLOEXEC, 0);
            plan.Call($"write {path}", SystemCall.Write, file, text, length);
        }
        else
        {
            plan.Try(file, SystemCall.Open, plan.Text(path), O_WRONLY | O_CLOEXEC, 0);
            plan.Try(null, SystemCall.Write, file, text, length);
        }

        plan.Try(null, SystemCall.Close, file);
    }

    /// <summary>CLOCK_MONOTONIC and CLOCK_BOOTTIME of the job go on where they stood (time_namespaces(7)).</summary>
    private sealed class TimeOffsets(PlanBuilder plan, Resources.Process.ClocksImage clocks)
    {
        private readonly DataReference _text = plan.Room(256, "offsets");
        private readonly Slot _end = plan.NewSlot();
        private readonly Slot _length = plan.NewSlot();

        public void Compute()
        {
            PlanLabel none = new("no offsets");
            DataReference old = plan.Room(256, "old offsets");
            Slot file = plan.NewSlot();
            Slot at = plan.NewSlot();
            plan.Set(_length, 0);
            plan.CallOrJump(file, none, SystemCall.Open, plan.Text("/proc/self/timens_offsets"), O_CLOEXEC | O_RDONLY, 0);
            plan.Try(null, SystemCall.Read, file, old, 255);
            plan.Try(null, SystemCall.Close, file);
            plan.Set(at, old);
            plan.Set(_end, _text);
            // The coarse clock is behind by up to a tick, and by more on a machine that misses ticks: if it goes on where the fine one
            // stood, the fine one is ahead of that, and neither goes back. (The raw one has the same offset.)
            Append("monotonic ", ClockMonotonicCoarse, clocks.Monotonic, at);
            Append("boottime ", ClockBoottime, clocks.Boottime, at);
            plan.Do(OperationKind.Subtract, _length, _end, _text);
            plan.Place(none);
        }

        public void Write()
        {
            PlanLabel skip = new("no offsets");
            plan.JumpIf(_length, Condition.Equal, 0, skip);
            Slot file = plan.NewSlot();
            plan.CallInto(file, "open /proc/self/timens_offsets", SystemCall.Open, plan.Text("/proc/self/timens_offsets"), O_WRONLY | O_CLOEXEC, 0);
            plan.Call("set the job's clocks", SystemCall.Write, file, _text, _length);
            plan.Call(null, SystemCall.Close, file);
            plan.Place(skip);
        }

        private void Append(string name, int clock, long saved, Slot at)
        {
            const long Second = 1_000_000_000;
            Slot seconds = plan.NewSlot();
            Slot nanoseconds = plan.NewSlot();
            Slot oldSeconds = plan.NewSlot();
            Slot oldNanoseconds = plan.NewSlot();
            plan.Do(OperationKind.ParseDecimal, oldSeconds, Argument.AddressOf(at));
            plan.Do(OperationKind.ParseDecimal, oldNanoseconds, Argument.AddressOf(at));

            // new offset = saved - now + old offset, nanoseconds in [0, 1e9)
            plan.Call("clock_gettime", SystemCall.Clock_gettime, clock, Argument.AddressOf(seconds));
            plan.Do(OperationKind.Subtract, seconds, saved / Second, seconds);
            plan.Do(OperationKind.Add, seconds, seconds, oldSeconds);
            plan.Do(OperationKind.Subtract, nanoseconds, saved % Second, nanoseconds);
            plan.Do(OperationKind.Add, nanoseconds, nanoseconds, oldNanoseconds);
            PlanLabel notNegative = new("not negative");
            PlanLabel normal = new("normal");
            plan.JumpIf(nanoseconds, Condition.GreaterOrEqual, 0, notNegative);
            plan.Do(OperationKind.Add, nanoseconds, nanoseconds, Second);
            plan.Do(OperationKind.Subtract, seconds, seconds, 1);
            plan.Place(notNegative);
            plan.JumpIf(nanoseconds, Condition.Less, Second, normal);
            plan.Do(OperationKind.Subtract, nanoseconds, nanoseconds, Second);
            plan.Do(OperationKind.Add, seconds, seconds, 1);
            plan.Place(normal);

            byte[] label = System.Text.Encoding.ASCII.GetBytes(name);
            plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(_end), plan.Bytes(label, $"\"{name}\""), label.Length);
            plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(_end), seconds);
            plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(_end), plan.Bytes(" "u8, "\" \""), 1);
            plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(_end), nanoseconds);
            plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(_end), plan.Bytes("\n"u8, "\"\\n\""), 1);
        }
    }
}
