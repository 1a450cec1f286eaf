using Yadokari.Engine.Freeze;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>In which namespaces a job is, seen from this program: what is another one, and was not made by a resume, would come back as
/// that of whoever resumes, and the job would see other files, users or networks.</summary>
internal static class Namespaces
{
    private static readonly string[] OfKernel = ["proc", "sysfs", "devpts", "devtmpfs", "mqueue", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "binfmt_misc", "bpf", "hugetlbfs"];

    /// <summary>The job has a UTS namespace of its own, with a host name in it.</summary>
    /// <param name="main">Its main process.</param>
    public static bool HasHostName(int main) => !IsOurs(main, "uts");

    /// <param name="main">The job's main process.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public static void FindOfJob(int main, List<Obstacle> obstacles)
    {
        JobInit? init = JobInit.Of(main);
        if (IsForeign(main, init, "net"))
        {
            obstacles.Add(new Obstacle("namespace", "it is in another network namespace than yado: ask from inside of it (nsenter, ip netns exec)"));
        }

        if (IsForeign(main, init, "user"))
        {
            obstacles.Add(new Obstacle("namespace", "it is in another user namespace than yado: ask from inside of it (nsenter)"));
        }

        if (IsForeign(main, init, "mnt") && OtherMount(main, init?.Pid ?? Environment.ProcessId) is { } point)
        {
            obstacles.Add(new Obstacle("namespace", $"it is in another mount namespace than yado, and sees something else at {point}: ask from inside of it (nsenter)"));
        }
    }

    /// <summary>What a process has unshared for the children that it is going to have.</summary>
    /// <param name="pid">A process of the job.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public static void FindForChildren(int pid, List<Obstacle> obstacles)
    {
        foreach (string kind in (ReadOnlySpan<string>)["pid", "time"])
        {
            if (ProcMisc.NamespaceInode(pid, kind) is { } own && ProcMisc.NamespaceInode(pid, $"{kind}_for_children") != own && ProcStat.Read(pid) is { HasEnded: false })
            {
                obstacles.Add(new Obstacle("namespace", $"its children will be in another {kind} namespace (unshare)"));
            }
        }
    }

    private static bool IsOurs(int pid, string kind) => ProcMisc.NamespaceInode(pid, kind) == ProcMisc.NamespaceInode(Environment.ProcessId, kind);

    private static bool IsForeign(int main, JobInit? init, string kind) =>
        !IsOurs(main, kind) && (init is null || ProcMisc.NamespaceInode(main, kind) != ProcMisc.NamespaceInode(init.Pid, kind)) && ProcStat.Read(main) is { HasEnded: false };

    /// <summary>The first place where two processes see different file systems. What the kernel makes for each namespace does not count,
    /// nor does the memory that a job has for itself.</summary>
    private static string? OtherMount(int pid, int other)
    {
        HashSet<(string, uint, uint)> here = Places(pid), there = Places(other);
        here.SymmetricExceptWith(there);
        return here.Select(place => place.Item1).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static HashSet<(string Point, uint Major, uint Minor)> Places(int pid) =>
        [.. (MountInfo.Read(pid) ?? new Dictionary<int, MountInfo>()).Values
            .Where(mount => !OfKernel.Contains(mount.Type) && mount.Point != Resources.Memory.NamedMemory.Directory)
            .Select(mount => (mount.Point, mount.DeviceMajor, mount.DeviceMinor))];
}
