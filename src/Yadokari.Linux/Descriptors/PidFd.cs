using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Linux.Descriptors;

/// <summary>A process held by descriptor, so that its number can't come to mean another one (pidfd_open(2)).</summary>
public static unsafe class PidFd
{
    private const int Thread = 0x80; // PIDFD_THREAD (linux/pidfd.h)
    private const long GetInfo = 0xC040FF0B; // PIDFD_GET_INFO (linux/pidfd.h): _IOWR(0xFF, 11, 64 bytes)
    private const ulong InfoExit = 1 << 3; // PIDFD_INFO_EXIT
    private const int InfoLength = 64;
    private const int ExitCodeOffset = 60;

    /// <summary>Holds a process. The caller owns the handle.</summary>
    /// <returns>Null when there is no such process.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static SafeFileHandle? Open(int pid)
    {
        long result = LinuxCall.Invoke(SystemCall.Pidfd_open, pid);
        return result switch
        {
            -Errno.ESRCH => null,
            < 0 => throw new SystemCallException("pidfd_open", (int)-result, $"{pid}"),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>Holds a process for <see cref="Fetch"/>: one whose main thread has ended by its <see cref="ProcTasks.Witness"/>, where the
    /// kernel can (6.9). The caller owns the handle.</summary>
    /// <inheritdoc cref="Open"/>
    public static SafeFileHandle? OpenForFetching(int pid)
    {
        int witness = ProcTasks.Witness(pid);
        return witness == pid ? Open(pid) : OpenThread(witness);
    }

    /// <summary>Whether this kernel holds threads by descriptor (6.9).</summary>
    public static bool HoldsThreads()
    {
        using SafeFileHandle? self = LinuxCall.Invoke(SystemCall.Pidfd_open, Environment.ProcessId, Thread) is >= 0 and long held
            ? new SafeFileHandle((nint)held, ownsHandle: true)
            : null;
        return self is not null;
    }

    private static SafeFileHandle? OpenThread(int tid)
    {
        long result = LinuxCall.Invoke(SystemCall.Pidfd_open, tid, Thread);
        return result switch
        {
            -Errno.ESRCH => null,
            < 0 => throw new SystemCallException("pidfd_open", (int)-result, $"thread {tid}"),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>
    /// Fetches a descriptor of the process: a second descriptor of the same open file description, so that offset,
    /// flags and queues are shared with the process; changing them changes them for the process. The caller owns it.
    /// </summary>
    /// <returns>Null when the process is gone or the descriptor closed.</returns>
    /// <exception cref="SystemCallException">Not permitted (as for ptrace), or another error.</exception>
    public static SafeFileHandle? Fetch(SafeFileHandle process, int descriptor)
    {
        long result = LinuxCall.Invoke(SystemCall.Pidfd_getfd, (nint)process.DangerousGetHandle(), descriptor);
        GC.KeepAlive(process);
        return result switch
        {
            -Errno.ESRCH or -Errno.EBADF => null,
            < 0 => throw new SystemCallException("pidfd_getfd", (int)-result, $"{descriptor}"),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted.</exception>
    public static bool SendSignal(SafeFileHandle process, int signal)
    {
        long result = LinuxCall.Invoke(SystemCall.Pidfd_send_signal, (nint)process.DangerousGetHandle(), signal);
        GC.KeepAlive(process);
        return result switch
        {
            -Errno.ESRCH => false,
            < 0 => throw new SystemCallException("pidfd_send_signal", (int)-result),
            _ => true,
        };
    }

    /// <summary>The wait(2) status of a process that has ended and was reaped, also for one who is not its parent.</summary>
    /// <returns>Null when it is not reaped yet, or the kernel does not tell (before 6.15).</returns>
    public static int? ExitStatus(SafeFileHandle process)
    {
        byte* info = stackalloc byte[InfoLength];
        new Span<byte>(info, InfoLength).Clear();
        *(ulong*)info = InfoExit;
        long result = LinuxCall.Invoke(SystemCall.Ioctl, (nint)process.DangerousGetHandle(), unchecked((nint)GetInfo), (nint)info);
        GC.KeepAlive(process);
        return result == 0 && (*(ulong*)info & InfoExit) != 0 ? *(int*)(info + ExitCodeOffset) : null;
    }

    /// <summary>Waits until the process has ended (it may still be a zombie).</summary>
    /// <returns>False when the time passed before.</returns>
    public static bool WaitUntilGone(SafeFileHandle process, TimeSpan timeout) =>
        Descriptor.Poll(process, POLLIN, timeout) != 0;
}
