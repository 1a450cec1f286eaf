using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Clone;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>Plan operations that rebuild threads: the clone, and what each must do for itself.</summary>
public static class ThreadRestore
{
    private const ulong CloneFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    private const int KeepCapabilitiesBit = 4;
    private const uint CapabilityVersion3 = 0x20080522;
    private const int HighestCapability = 40;

    /// <summary>Makes a thread with its old id; it goes on at the label, without a stack.</summary>
    public static void EmitClone(PlanContext context, ThreadImage thread, PlanLabel start)
    {
        PlanBuilder plan = context.Plan;
        byte[] tid = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(tid, thread.Tid);
        byte[] arguments = new byte[88];
        BinaryPrimitives.WriteUInt64LittleEndian(arguments, CloneFlags);
        arguments[72] = 1;
        DataReference tids = plan.Bytes(tid, $"[{thread.Tid}]");
        DataReference clone = plan.Bytes(arguments, $"{{CLONE_THREAD…, set_tid=[{thread.Tid}]}}");
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(clone, 64), tids);
        plan.Add(new Operation
        {
            Kind = OperationKind.Clone,
            Number = (int)SystemCall.Clone3,
            Arguments = [clone, 88],
            Target = start,
            Message = plan.Text($"make thread {thread.Tid} with its old id"),
        });
    }

    /// <summary>What a thread does for itself, in it.</summary>
    public static void EmitOwn(PlanContext context, ThreadImage thread)
    {
        PlanBuilder plan = context.Plan;
        plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_NAME, "PR_SET_NAME"), plan.Text(thread.Name));
        EmitSchedule(plan, thread);
        if (thread.ClearChildTid != 0)
        {
            plan.Call(null, SystemCall.Set_tid_address, new RemoteAddress(thread.ClearChildTid));
        }

        if (thread.RobustList != 0)
        {
            plan.Call(null, SystemCall.Set_robust_list, new RemoteAddress(thread.RobustList), thread.RobustListLength);
        }

        if (thread.Settings is { } settings)
        {
            ThreadSettingsKind.Emit(plan, settings);
        }

        plan.Call("sigaltstack", SystemCall.Sigaltstack, plan.Bytes(thread.AlternateStack, "{ss}"), 0);
        EmitCredentials(plan, thread);
        if (thread.TimerSlack != 0)
        {
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_TIMERSLACK, "PR_SET_TIMERSLACK"), thread.TimerSlack);
        }

        if (thread.NoNewPrivileges)
        {
            plan.Call("no_new_privs", SystemCall.Prctl, Argument.Named(PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0);
        }

        if (thread.ParentDeathSignal != 0)
        {
            plan.Call("parent death signal", SystemCall.Prctl, Argument.Named(PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), thread.ParentDeathSignal);
        }

        foreach (byte[] signal in thread.PendingSignals)
        {
            // Only the thread itself may forge the sender (kernel/signal.c).
            plan.Call("queue a pending signal", SystemCall.Rt_tgsigqueueinfo, context.Image.Attributes.Pid, thread.Tid, BinaryPrimitives.ReadInt32LittleEndian(signal), plan.Bytes(signal, "{siginfo}"));
        }

        if (thread.RseqAddress != 0)
        {
            plan.Call("rseq", SystemCall.Rseq, new RemoteAddress(thread.RseqAddress), thread.RseqLength, 0, thread.RseqSignature);
        }
    }

    /// <summary>Last of all: behind it the thread only waits.</summary>
    public static void EmitFilters(PlanBuilder plan, ThreadImage thread)
    {
        const int setFilter = 1, log = 2;
        foreach (ThreadFilterImage filter in thread.Filters)
        {
            byte[] program = new byte[16];
            BinaryPrimitives.WriteUInt16LittleEndian(program, (ushort)(filter.Program.Length / 8));
            DataReference header = plan.Bytes(program, $"{{{filter.Program.Length / 8} instructions}}");
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(header, 8), plan.Bytes(filter.Program, "filter"));
            plan.Call("a seccomp filter", SystemCall.Seccomp, Argument.Named(setFilter, "SECCOMP_SET_MODE_FILTER"), filter.Logs ? log : 0, header);
        }
    }

    private static void EmitSchedule(PlanBuilder plan, ThreadImage thread)
    {
        // Restored where the host permits: a lower nice or a real-time class needs a privilege.
        // The nice value is kept under every policy, but sched_setattr sets it only for the ordinary ones.
        plan.Try(null, SystemCall.Setpriority, 0, 0, thread.Schedule.Nice);
        byte[] attributes = new byte[48];
        BinaryPrimitives.WriteInt32LittleEndian(attributes, 48);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(4), thread.Schedule.Policy);
        BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(8), thread.Schedule.ResetOnFork ? 1u : 0u);
        BinaryPrimitives.WriteInt32LittleEndian(attributes.AsSpan(16), thread.Schedule.Nice);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(20), thread.Schedule.Priority);
        plan.Try(null, SystemCall.Sched_setattr, 0, plan.Bytes(attributes, $"{{policy={thread.Schedule.Policy}, nice={thread.Schedule.Nice}}}"), 0);
        if (thread.Schedule.Affinity.Length > 0)
        {
            plan.Try(null, SystemCall.Sched_setaffinity, 0, thread.Schedule.Affinity.Length, plan.Bytes(thread.Schedule.Affinity, Convert.ToHexString(thread.Schedule.Affinity)));
        }

        if (thread.Schedule.IoPriority != 0)
        {
            plan.Try(null, SystemCall.Ioprio_set, 1, 0, thread.Schedule.IoPriority);
        }
    }

    private static void EmitCredentials(PlanBuilder plan, ThreadImage thread)
    {
        CredentialsImage credentials = thread.Credentials;
        byte[] groups = new byte[credentials.Groups.Count * 4];
        for (int i = 0; i < credentials.Groups.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(groups.AsSpan(i * 4), credentials.Groups[i]);
        }

        // In a user namespace of one's own groups can't be set (user_namespaces(7)): they stay those of whoever resumes.
        plan.Try(null, SystemCall.Setgroups, credentials.Groups.Count, plan.Bytes(groups, $"[{string.Join(", ", credentials.Groups)}]"));
        if (credentials.SecureBits != 0)
        {
            // While the privilege for it is still there.
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_SECUREBITS, "PR_SET_SECUREBITS"), credentials.SecureBits);
        }

        if (credentials.Permitted != 0)
        {
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS"), 1);
        }

        IReadOnlyList<uint> gids = credentials.Gids;
        IReadOnlyList<uint> uids = credentials.Uids;
        plan.Call($"become group {gids[1]}", SystemCall.Setresgid, gids[0], gids[1], gids[2]);
        for (int capability = 0; capability <= HighestCapability; capability++)
        {
            if ((credentials.Bounding >> capability & 1) == 0)
            {
                plan.Try(null, SystemCall.Prctl, Argument.Named(PR_CAPBSET_DROP, "PR_CAPBSET_DROP"), capability);
            }
        }

        plan.Call($"become user {uids[1]}", SystemCall.Setresuid, uids[0], uids[1], uids[2]);
        if (gids[3] != gids[1])
        {
            plan.Try(null, SystemCall.Setfsgid, gids[3]);
        }

        if (uids[3] != uids[1])
        {
            plan.Try(null, SystemCall.Setfsuid, uids[3]);
        }

        EmitCapabilities(plan, credentials);
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS"), credentials.SecureBits >> KeepCapabilitiesBit & 1);
        for (int capability = 0; capability <= HighestCapability; capability++)
        {
            if ((credentials.Ambient >> capability & 1) != 0)
            {
                plan.Try(null, SystemCall.Prctl, Argument.Named(PR_CAP_AMBIENT, "PR_CAP_AMBIENT"), 2, capability, 0, 0);
            }
        }
    }

    /// <summary>Exactly the saved capabilities, less those that this host does not grant to whoever resumes.</summary>
    private static void EmitCapabilities(PlanBuilder plan, CredentialsImage credentials)
    {
        byte[] header = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, CapabilityVersion3);
        DataReference version = plan.Bytes(header, "{version 3}");
        DataReference sets = plan.Room(24, "capabilities");
        plan.Call("capget", SystemCall.Capget, version, sets);
        Slot permitted = plan.NewSlot();
        Slot value = plan.NewSlot();
        for (int half = 0; half < 2; half++)
        {
            ulong at = (ulong)half * 12;
            uint Half(ulong set) => (uint)(set >> (32 * half));
            plan.Do(OperationKind.Load32, permitted, Argument.AddressOf(sets, at + 4));
            plan.Do(OperationKind.And, value, permitted, Half(credentials.Effective));
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(sets, at), value);
            plan.Do(OperationKind.And, value, permitted, Half(credentials.Permitted));
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(sets, at + 4), value);
            plan.Do(OperationKind.And, value, permitted, Half(credentials.Inheritable));
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(sets, at + 8), value);
        }

        plan.Call("capset", SystemCall.Capset, version, sets);
    }
}
