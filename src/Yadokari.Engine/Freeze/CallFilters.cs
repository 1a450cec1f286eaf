using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// The seccomp filters of frozen threads, and what can be made inside of these in spite of them. A call that a filter forbids may kill
/// the process, or fail, and a thread that is borrowed must find home when the tool is gone: so a filter is never put aside
/// (PTRACE_O_SUSPEND_SECCOMP ends with its tracer), and only what it allows is made.
/// </summary>
internal static class CallFilters
{
    private const int SysAdmin = 21;
    private const ulong FirstUserNamespace = 0xeffffffd; // PROC_USER_INIT_INO

    /// <summary>The way home, the way in and out of a batch, and the last calls of a resume, which the filter is there for.</summary>
    private static readonly SystemCall[] Always =
    [
        SystemCall.Mmap, SystemCall.Munmap, SystemCall.Rt_sigprocmask, SystemCall.Ppoll, SystemCall.Restart_syscall, SystemCall.Futex, SystemCall.Exit, SystemCall.Seccomp,
    ];

    private static readonly Lazy<bool> Permitted = new(static () =>
        ProcStatus.Read(Environment.ProcessId) is { Seccomp: 0 } own && (own.CapEffective >> SysAdmin & 1) != 0
        && ProcMisc.NamespaceInode(Environment.ProcessId, "user") == FirstUserNamespace);

    /// <summary>The kernel tells filters to this program (CAP_SYS_ADMIN in the first user namespace).</summary>
    public static bool MayBeRead => Permitted.Value;

    /// <summary>The filters of a thread, in the order in which they were installed.</summary>
    public static IReadOnlyList<CallFilter> Of(FrozenThread thread)
    {
        List<CallFilter> filters = [];
        while (MayBeRead && thread.Tracee.GetSeccompFilter(filters.Count, out bool logs) is { } program)
        {
            filters.Add(new CallFilter(program, logs));
        }

        return filters;
    }

    /// <summary>Before anything is made in a process.</summary>
    /// <exception cref="ObstacleException">A filter does not allow it.</exception>
    public static void RequireAlways(FrozenProcess process)
    {
        foreach (FrozenThread thread in process.Threads)
        {
            Require(process.Pid, thread, Of(thread), Always);
        }
    }

    /// <summary>Before a plan is run in a thread.</summary>
    /// <exception cref="ObstacleException">A filter does not allow it.</exception>
    public static void Require(FrozenProcess process, FrozenThread thread, RestorePlan plan)
    {
        if (Of(thread) is { Count: > 0 } filters)
        {
            Require(process.Pid, thread, filters, plan.Operations.Where(operation => operation.Kind == OperationKind.Call).Select(operation => operation.SystemCall).Distinct());
        }
    }

    /// <summary>Whether a thread may make a call, and nothing is done to it for trying.</summary>
    public static bool Allow(FrozenThread thread, SystemCall call) => Of(thread).All(filter => !filter.AsksOthers && filter.Allows(call));

    private static void Require(int pid, FrozenThread thread, IReadOnlyList<CallFilter> filters, IEnumerable<SystemCall> calls)
    {
        if (filters.Any(filter => filter.AsksOthers))
        {
            throw Obstacle(pid, $"a seccomp filter of thread {thread.Tid} asks another process (a tracer or listener)");
        }

        foreach (SystemCall call in filters.Count == 0 ? [] : calls)
        {
            if (!filters.All(filter => filter.Allows(call)))
            {
                throw Obstacle(pid, $"a seccomp filter of thread {thread.Tid} does not allow {call.ToString().ToLowerInvariant()}, which is needed to save or resume it");
            }
        }
    }

    /// <summary>A filter that can't be carried.</summary>
    public static ObstacleException Obstacle(int pid, string detail) => new(pid, [new Obstacle("seccomp", detail)]) { StoodStill = true };
}
