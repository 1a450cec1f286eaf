using System.Runtime.InteropServices;
using Yadokari.Linux.Native;

namespace Yadokari.Linux;

/// <summary>kill(2) and tgkill(2).</summary>
public static class Signals
{
    /// <summary>Sends a signal; false when there is no such process.</summary>
    /// <exception cref="SystemCallException">EPERM and the like.</exception>
    public static bool Send(int pid, int signal)
    {
        if (LibC.Kill(pid, signal) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new SystemCallException("kill", errno, $"{pid}");
    }

    /// <summary>Sends a signal to one thread (tgkill(2)); false when there is no such thread.</summary>
    /// <exception cref="SystemCallException">EPERM and the like.</exception>
    public static bool SendToThread(int pid, int tid, int signal)
    {
        if (LibC.Syscall((long)SystemCall.Tgkill, pid, tid, signal, 0, 0, 0) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new SystemCallException("tgkill", errno, $"{tid}");
    }
}
