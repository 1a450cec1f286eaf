using System.Text;

namespace Yadokari.Linux.Proc;

/// <summary>The small files of /proc/PID, and those of the kernel itself. Null means that the process is gone.</summary>
public static class ProcMisc
{
    /// <summary>argv as it stands in memory now; empty for a kernel thread.</summary>
    public static IReadOnlyList<string>? CommandLine(int pid) => Strings(pid, "cmdline"u8);

    /// <summary>The initial environment, NAME=value.</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static IReadOnlyList<string>? Environment(int pid) => Strings(pid, "environ"u8);

    /// <summary>Path of the executable, with " (deleted)" behind it when it was removed.</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static string? Executable(int pid) => ProcFile.ReadLink(pid, "exe"u8);

    /// <summary>Working directory, with " (deleted)" behind it when it was removed.</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static string? WorkingDirectory(int pid) => ProcFile.ReadLink(pid, "cwd"u8);

    /// <summary>Root directory (chroot(2)).</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static string? Root(int pid) => ProcFile.ReadLink(pid, "root"u8);

    /// <summary>Execution domain (personality(2)).</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static uint? Personality(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "personality"u8);
        return file is null ? null : (uint)new ByteCursor(file.Bytes).ReadHex();
    }

    /// <summary>−1000 … 1000.</summary>
    public static int? OomScoreAdjustment(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "oom_score_adj"u8);
        return file is null ? null : (int)new ByteCursor(file.Bytes).ReadDecimal();
    }

    /// <summary>Which mappings a core dump holds (core(5)).</summary>
    public static uint? CoreDumpFilter(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "coredump_filter"u8);
        return file is null ? null : (uint)new ByteCursor(file.Bytes).ReadHex();
    }

    /// <summary>Who has logged in at the beginning of all (pam_loginuid(8)); <see cref="uint.MaxValue"/> for nobody.</summary>
    /// <returns>Null also where the kernel keeps no such thing.</returns>
    public static uint? LoginUser(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "loginuid"u8);
        return file is null ? null : (uint)new ByteCursor(file.Bytes).ReadUnsigned();
    }

    /// <summary>Timer slack of the main thread in nanoseconds (PR_SET_TIMERSLACK).</summary>
    /// <exception cref="SystemCallException">Not permitted (needs CAP_SYS_NICE over the process).</exception>
    public static ulong? TimerSlack(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "timerslack_ns"u8);
        return file is null ? null : new ByteCursor(file.Bytes).ReadUnsigned();
    }

    /// <summary>The auxiliary vector: pairs of 64-bit numbers up to AT_NULL, as exec made it.</summary>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static byte[]? AuxiliaryVector(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "auxv"u8);
        return file?.Bytes.ToArray();
    }

    /// <summary>Name of a thread, at most 15 bytes.</summary>
    public static string? ThreadName(int pid, int tid)
    {
        using ProcFile? file = ProcFile.ReadThread(pid, tid, "comm"u8);
        return file is null ? null : KernelText.Decode(file.Bytes.TrimEnd((byte)'\n'));
    }

    /// <summary>Identity of a namespace of a process: its inode.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="kind">cgroup, ipc, mnt, net, pid, pid_for_children, time, time_for_children, user, uts.</param>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static ulong? NamespaceInode(int pid, string kind)
    {
        // The link reads "net:[4026531833]"; pid_for_children reads "pid:[…]".
        string? link = ProcFile.ReadLink($"{ProcTasks.Directory(pid)}/ns/{kind}");
        return link is null ? null : ulong.Parse(link.AsSpan(link.IndexOf('[') + 1).TrimEnd(']'));
    }

    /// <summary>Changes at each boot of the host; the same in every container on it.</summary>
    public static string BootId() => Line("/proc/sys/kernel/random/boot_id");

    /// <summary>Version of the running kernel, e.g. 6.18.44.</summary>
    public static string KernelRelease() => Line("/proc/sys/kernel/osrelease");

    /// <summary>Time since boot as the reader's time namespace tells it.</summary>
    public static TimeSpan Uptime()
    {
        // "1234.56 5678.90", hundredths of a second.
        string line = Line("/proc/uptime");
        ByteCursor cursor = new(Encoding.ASCII.GetBytes(line));
        long seconds = cursor.ReadDecimal();
        cursor.Skip("."u8);
        return TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(10 * cursor.ReadDecimal());
    }

    private static string Line(string path)
    {
        using ProcFile file = ProcFile.Read(path) ?? throw new SystemCallException("open", Errno.ENOENT, path);
        return KernelText.Decode(file.Bytes.TrimEnd((byte)'\n'));
    }

    private static List<string>? Strings(int pid, ReadOnlySpan<byte> name)
    {
        using ProcFile? file = ProcFile.Read(pid, name);
        if (file is null)
        {
            return null;
        }

        List<string> strings = [];
        ReadOnlySpan<byte> rest = file.Bytes;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)0);
            strings.Add(KernelText.Decode(end < 0 ? rest : rest[..end]));
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return strings;
    }
}
