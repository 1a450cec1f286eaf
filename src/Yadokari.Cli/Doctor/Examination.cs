using System.Globalization;
using Yadokari.Cli.Lab;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Cli.Doctor;

/// <summary>Finds out what this kernel and user permit: tries it where trying does no harm, else asks the kernel's settings.</summary>
public static class Examination
{
    private const int CapSysPtrace = 19;
    private const int CapSysAdmin = 21;
    private const int CapCheckpointRestore = 40;

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    public static IReadOnlyList<Finding> Run() =>
    [
        Processor(),
        Kernel(),
        PageScan(),
        CheckpointRestore(),
        Ptrace(),
        UserNamespaces(),
        PidAndTimeNamespaces(),
        ThreadIds(),
        Userfaultfd(),
        Disk(),
        LabTools(),
    ];

    private static Finding Processor()
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        string level = Has(CpuFeatures.Level4) ? "v4" : Has(CpuFeatures.Level3) ? "v3" : Has(CpuFeatures.Level2) ? "v2" : "v1";
        return new("processor", true, true, $"x86-64-{level}, {host.Names.Count} features, {Environment.ProcessorCount} processors",
            $"jobs started with 'yado run --cpu' up to {(level == "v1" ? "baseline" : level)} can move here", null);

        bool Has(CpuFeatures wanted) => (host | wanted) == host;
    }

    private static Finding Kernel()
    {
        string release = ProcMisc.KernelRelease();
        string[] parts = release.Split('.', '-');
        bool ok = parts.Length > 1
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            && (major > 6 || (major == 6 && minor >= 7));
        return new("kernel", ok, true, release, ok ? "new enough" : "processes can neither be saved nor resumed",
            ok ? null : "run Linux 6.7 or newer");
    }

    private static Finding PageScan()
    {
        const string Means = "finds the used pages of a process at once";
        try
        {
            using PageMap map = new(Environment.ProcessId);
            Vma first = ProcMaps.ReadMaps(Environment.ProcessId)![0];
            map.FindPopulated(first.Start, first.End, []);
            return new("page-scan", true, true, "PAGEMAP_SCAN works", Means, null);
        }
        catch (Exception failure) when (failure is SystemCallException or IOException or UnauthorizedAccessException)
        {
            return new("page-scan", false, true, failure.Message, "the memory of a process can't be saved", "run Linux 6.7 or newer, with /proc/PID/pagemap readable");
        }
    }

    private static Finding CheckpointRestore()
    {
        // /proc/PID/timers is there exactly when the kernel was built with CONFIG_CHECKPOINT_RESTORE (fs/proc/base.c),
        // and so is prctl(PR_SET_MM), which puts a resumed process's heap, arguments and auxv where they were.
        bool ok = File.Exists("/proc/self/timers");
        return new("memory-layout", ok, true, ok ? "CONFIG_CHECKPOINT_RESTORE is on" : "CONFIG_CHECKPOINT_RESTORE is off",
            ok ? "a resumed process gets its heap, arguments and timers back" : "processes can't be resumed",
            ok ? null : "run a kernel built with CONFIG_CHECKPOINT_RESTORE (all large distributions' are)");
    }

    private static Finding Ptrace()
    {
        string scope = Setting("/proc/sys/kernel/yama/ptrace_scope") ?? "0";
        bool mayAll = HasCapability(CapSysPtrace);
        return scope switch
        {
            "0" => new("ptrace", true, true, "not restricted",
                IsRoot ? "every process can be saved" : "every process of yours can be saved", null),
            "1" or "2" when mayAll => new("ptrace", true, true, $"yama ptrace_scope={scope}, but you may", "every process can be saved", null),
            "1" => new("ptrace", false, false, "yama ptrace_scope=1",
                "jobs started by 'yado run' can be saved, other processes of yours can't",
                "start programs with 'yado run', or as root: sysctl kernel.yama.ptrace_scope=0"),
            "2" => new("ptrace", false, true, "yama ptrace_scope=2", "only root can save processes", "as root: sysctl kernel.yama.ptrace_scope=0"),
            _ => new("ptrace", false, true, $"yama ptrace_scope={scope}", "nobody can save processes until the next boot",
                "set kernel.yama.ptrace_scope=0 in /etc/sysctl.d and boot again"),
        };
    }

    private static Finding UserNamespaces()
    {
        const string Name = "user-namespaces";
        if (IsRoot)
        {
            return new(Name, true, true, "you are root", "not needed", null);
        }

        if (SystemTool.Find("unshare") is not { } unshare)
        {
            return new(Name, false, false, "not tried: the program 'unshare' is missing", "jobs may or may not start", "on Debian: apt-get install util-linux");
        }

        if (SystemTool.Try(unshare, "--user", "--map-root-user", "true") is not { } failure)
        {
            return new(Name, true, true, "tried: works", "jobs keep their pids and clocks without root", null);
        }

        (string found, string advice) = (
            Setting("/proc/sys/user/max_user_namespaces"),
            Setting("/proc/sys/kernel/unprivileged_userns_clone"),
            Setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")) switch
        {
            ("0", _, _) => ("user.max_user_namespaces=0", "as root: sysctl user.max_user_namespaces=10000"),
            (_, "0", _) => ("kernel.unprivileged_userns_clone=0", "as root: sysctl kernel.unprivileged_userns_clone=1"),
            (_, _, "1") => ("kernel.apparmor_restrict_unprivileged_userns=1", "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
            _ => (failure, "inside a container, allow it there (its seccomp profile forbids unshare)"),
        };
        return new(Name, false, true, found, "jobs can't be started or resumed unless you are root", advice);
    }

    private static Finding PidAndTimeNamespaces()
    {
        const string Name = "pid-time-namespaces";
        if (SystemTool.Find("unshare") is not { } unshare)
        {
            return new(Name, false, false, "not tried: the program 'unshare' is missing", "jobs may or may not start", "on Debian: apt-get install util-linux");
        }

        string[] who = IsRoot ? [] : ["--user", "--map-root-user"];
        string? failure = SystemTool.Try(unshare, [.. who, "--pid", "--mount", "--fork", "--mount-proc", "--time", "--monotonic", "3600", "true"]);
        return failure is null
            ? new(Name, true, true, "tried: works", "a job's pids and clocks stay the same on every host", null)
            : new(Name, false, true, failure, "a job's pids may be taken on the target and its clocks would jump",
                File.Exists("/proc/self/ns/time") ? "see user-namespaces; in a container, allow unshare and mounting /proc" : "run a kernel built with CONFIG_TIME_NS");
    }

    private static Finding ThreadIds()
    {
        bool own = HasCapability(CapCheckpointRestore) || HasCapability(CapSysAdmin);
        return new("thread-ids", true, false, own ? "may be chosen anywhere" : "may be chosen inside a job's own namespace only",
            own ? "a context file resumes with its old pid" : "a context file resumes in a pid namespace of its own, with its old pid there", null);
    }

    private static Finding Userfaultfd()
    {
        // The setting exists exactly when the kernel was built with CONFIG_USERFAULTFD; user-mode-only
        // descriptors, which are all that is needed, are open to everyone (userfaultfd(2)).
        bool ok = File.Exists("/proc/sys/vm/unprivileged_userfaultfd");
        return new("userfaultfd", ok, false, ok ? "there" : "not in this kernel",
            ok ? "writes can be followed while a job runs (pre-copy)" : "large jobs stand still while they are copied",
            ok ? null : "run a kernel built with CONFIG_USERFAULTFD");
    }

    private static Finding Disk()
    {
        string home = HomeDirectory.Chosen().Path;
        string existing = home;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        long free = new DriveInfo(existing).AvailableFreeSpace;
        bool ok = free >= 1L << 30;
        return new("disk", ok, false, $"{Output.Size(free)} free in {home}",
            ok ? "room for the images of jobs" : "jobs larger than that can't come here",
            ok ? null : "make room there, or choose another place with YADO_HOME");
    }

    private static Finding LabTools()
    {
        string[] missing = [.. ((string[])["unshare", "nsenter", "setsid", "mount", "hostname", "ip"]).Where(t => SystemTool.Find(t) is null)];
        return missing.Length == 0
            ? new("lab", true, false, "its tools are here", "'yado lab' and 'yado demo' work", null)
            : new("lab", false, false, $"missing: {string.Join(' ', missing)}", "'yado lab' and 'yado demo' don't work",
                "on Debian: apt-get install util-linux mount hostname iproute2");
    }

    private static bool HasCapability(int number)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return (ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> number & 1) != 0;
    }

    private static string? Setting(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;
}
