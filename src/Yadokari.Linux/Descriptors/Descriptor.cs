using System.Text;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>Questions about one open descriptor of the caller (fcntl(2), ioctl(2), poll(2)). Nothing here changes it.</summary>
public static unsafe class Descriptor
{
    private const nint TcGets = 0x5401;
    private const nint FionRead = 0x541B;

    /// <summary>Access mode and status flags (F_GETFL).</summary>
    public static int GetFlags(SafeFileHandle file) => (int)Control(file, "fcntl(F_GETFL)", F_GETFL);

    /// <summary>Capacity of a pipe in bytes (F_GETPIPE_SZ).</summary>
    /// <exception cref="SystemCallException">Not a pipe.</exception>
    public static int GetPipeSize(SafeFileHandle pipe) => (int)Control(pipe, "fcntl(F_GETPIPE_SZ)", F_GETPIPE_SZ);

    /// <summary>F_SEAL_* bits of a memory file.</summary>
    /// <returns>Null when the file can't be sealed (not on tmpfs or hugetlbfs).</returns>
    public static int? GetSeals(SafeFileHandle file)
    {
        long result = LinuxCall.Invoke(SystemCall.Fcntl, Number(file), F_GET_SEALS);
        GC.KeepAlive(file);
        return result switch
        {
            -Errno.EINVAL => null,
            < 0 => throw new SystemCallException("fcntl(F_GET_SEALS)", (int)-result),
            _ => (int)result,
        };
    }

    /// <summary>Process (positive) or process group (negative) that gets SIGIO and SIGURG; 0 for none (F_GETOWN).</summary>
    public static int GetOwner(SafeFileHandle file)
    {
        // A process group of 1 … 4095 comes back as −1 … −4095: as the system call gives it, it can't be told from an error,
        // but F_GETOWN itself never fails on an open descriptor.
        long result = LinuxCall.Invoke(SystemCall.Fcntl, Number(file), F_GETOWN);
        GC.KeepAlive(file);
        return (int)result;
    }

    /// <summary>The owner of <see cref="GetOwner"/> is one thread (F_OWNER_TID of F_GETOWN_EX).</summary>
    public static bool IsOwnedByThread(SafeFileHandle file)
    {
        // struct f_owner_ex: s32 type (F_OWNER_TID is 0), s32 pid.
        int* owner = stackalloc int[2];
        long result = LinuxCall.Invoke(SystemCall.Fcntl, Number(file), F_GETOWN_EX, (nint)owner);
        GC.KeepAlive(file);
        return result == 0 && owner[0] == 0 && owner[1] != 0;
    }

    /// <summary>Brings a timerfd's count of expirations up to date, as a look at it by its own program would
    /// (timerfd_gettime(2)): a periodic one that expired stands still in the kernel until then.</summary>
    public static void RefreshTimer(SafeFileHandle timer)
    {
        ulong* setting = stackalloc ulong[4];
        LinuxCall.Check("timerfd_gettime", null, SystemCall.Timerfd_gettime, Number(timer), (nint)setting);
        GC.KeepAlive(timer);
    }

    /// <summary>Signal sent instead of SIGIO; 0 for SIGIO itself (F_GETSIG).</summary>
    public static int GetSignal(SafeFileHandle file) => (int)Control(file, "fcntl(F_GETSIG)", F_GETSIG);

    /// <summary>Bytes that can be read now (FIONREAD).</summary>
    /// <exception cref="SystemCallException">A kind of file that does not tell.</exception>
    public static int GetReadableBytes(SafeFileHandle file)
    {
        int bytes = 0;
        LinuxCall.Check("ioctl(FIONREAD)", null, SystemCall.Ioctl, Number(file), FionRead, (nint)(&bytes));
        GC.KeepAlive(file);
        return bytes;
    }

    /// <summary>Bytes of a socket that are not sent yet (SIOCOUTQ).</summary>
    /// <exception cref="SystemCallException">A kind of file that does not tell.</exception>
    public static int GetUnsentBytes(SafeFileHandle socket)
    {
        const nint outputQueue = 0x5411;
        int bytes = 0;
        LinuxCall.Check("ioctl(SIOCOUTQ)", null, SystemCall.Ioctl, Number(socket), outputQueue, (nint)(&bytes));
        GC.KeepAlive(socket);
        return bytes;
    }

    /// <summary>The file is a terminal (isatty(3)).</summary>
    public static bool IsTerminal(SafeFileHandle file)
    {
        Span<byte> termios = stackalloc byte[256];
        long result;
        fixed (byte* start = termios)
        {
            result = LinuxCall.Invoke(SystemCall.Ioctl, Number(file), TcGets, (nint)start);
        }

        GC.KeepAlive(file);

        // EIO: a terminal whose other side hung up is a terminal still.
        return result is 0 or -Errno.EIO;
    }

    /// <summary>Which of the asked events the file is ready for; error and hang-up are always told.</summary>
    /// <param name="file">The descriptor.</param>
    /// <param name="events">POLL* bits.</param>
    /// <param name="timeout">Longest wait; zero does not wait, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</param>
    /// <returns>POLL* bits, 0 when none came.</returns>
    public static short Poll(SafeFileHandle file, short events, TimeSpan timeout)
    {
        // struct pollfd: s32 descriptor, s16 events, s16 results.
        ulong entry = (uint)(int)file.DangerousGetHandle() | ((ulong)(ushort)events << 32);
        int milliseconds = timeout < TimeSpan.Zero ? -1 : (int)Math.Min(int.MaxValue, Math.Ceiling(timeout.TotalMilliseconds));
        LinuxCall.Check("poll", null, SystemCall.Poll, (nint)(&entry), 1, milliseconds);
        GC.KeepAlive(file);
        return (short)(entry >> 48);
    }

    /// <summary>Opens the same file once more: a new description with an offset of its own. Works for deleted and
    /// anonymous memory files too. The caller owns it.</summary>
    /// <param name="file">An open file.</param>
    /// <param name="flags">O_* flags; O_CLOEXEC is added.</param>
    /// <returns>Null when the file's permissions forbid it (EACCES, EPERM).</returns>
    public static SafeFileHandle? Reopen(SafeFileHandle file, int flags)
    {
        byte[] path = Encoding.ASCII.GetBytes($"/proc/self/fd/{(int)file.DangerousGetHandle()}\0");
        long result;
        fixed (byte* start = path)
        {
            result = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)start, flags | O_CLOEXEC);
        }

        GC.KeepAlive(file);
        return result switch
        {
            -Errno.EACCES or -Errno.EPERM => null,
            < 0 => throw new SystemCallException("open", (int)-result, "/proc/self/fd"),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>Another descriptor of the same description. The caller owns it.</summary>
    public static SafeFileHandle Duplicate(SafeFileHandle file)
    {
        return new SafeFileHandle((nint)Control(file, "fcntl(F_DUPFD_CLOEXEC)", F_DUPFD_CLOEXEC), ownsHandle: true);
    }

    internal static nint Number(SafeFileHandle file) => file.DangerousGetHandle();

    private static long Control(SafeFileHandle file, string name, int command)
    {
        long result = LinuxCall.Check(name, null, SystemCall.Fcntl, Number(file), command);
        GC.KeepAlive(file);
        return result;
    }

    /// <summary>f_type of fstatfs(2): which kind of file system a file lives on.</summary>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static long GetFileSystemType(SafeFileHandle file)
    {
        // struct statfs is 120 bytes, f_type its first word.
        long* status = stackalloc long[32];
        LinuxCall.Check("fstatfs", null, SystemCall.Fstatfs, file.DangerousGetHandle(), (nint)status);
        return *status;
    }
}
