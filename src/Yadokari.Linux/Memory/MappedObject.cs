using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Memory;

/// <summary>The file or memory object behind a mapping of another process, also one without a name or descriptor.</summary>
public static class MappedObject
{
    /// <summary>Opens it for reading, by /proc/PID/map_files (proc_pid_map_files(5)). The caller owns the result.</summary>
    /// <returns>Null when that is not permitted (it takes CAP_CHECKPOINT_RESTORE), or the mapping is gone.</returns>
    /// <exception cref="SystemCallException">Another error.</exception>
    public static SafeFileHandle? TryOpen(int pid, RemoteAddress start, RemoteAddress end)
    {
        return TryOpen($"{ProcTasks.Directory(pid)}/map_files/{start.Value:x}-{end.Value:x}", O_CLOEXEC);
    }

    /// <summary>Opens for reading what has a path of its own; no link is followed, and nothing is waited for. The caller owns the result.</summary>
    /// <param name="root">Root directory of a process, /proc/PID/root.</param>
    /// <returns>Null when that is not permitted, or nothing of the sort is there.</returns>
    /// <exception cref="SystemCallException">Another error.</exception>
    public static SafeFileHandle? TryOpenByName(string root, string path)
    {
        const int readOnlyAtOnceNoFollow = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;
        return TryOpen(root + path, readOnlyAtOnceNoFollow);
    }

    private static unsafe SafeFileHandle? TryOpen(string path, int flags)
    {
        const int noSuchDevice = 6, linkInTheWay = 40;
        byte[] name = KernelText.EncodeTerminated(path);
        long result;
        fixed (byte* first = name)
        {
            result = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)first, flags);
        }

        return result switch
        {
            -Errno.EPERM or -Errno.EACCES or -Errno.ENOENT or -noSuchDevice or -linkInTheWay => null,
            < 0 => throw new SystemCallException("open", (int)-result, path),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>The devices whose files are nothing but memory: the kernel's own (shared anonymous memory, memory files), and the
    /// tmpfs mounts that a process sees.</summary>
    public static IReadOnlySet<(uint Major, uint Minor)> MemoryDevices(int pid)
    {
        HashSet<(uint, uint)> devices = [];
        using (SafeFileHandle own = MemoryFile.Create("yadokari-device"))
        {
            FileStatus status = FileStatus.Of(own);
            devices.Add((status.DeviceMajor, status.DeviceMinor));
        }

        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        foreach (string line in File.ReadLines($"{ProcTasks.Directory(pid)}/mountinfo"))
        {
            string[] words = line.Split(' ');
            int dash = Array.IndexOf(words, "-");
            if (dash > 0 && dash + 1 < words.Length && words[dash + 1] == "tmpfs" && words[2].Split(':') is [var major, var minor])
            {
                devices.Add((uint.Parse(major, CultureInfo.InvariantCulture), uint.Parse(minor, CultureInfo.InvariantCulture)));
            }
        }

        return devices;
    }
}
