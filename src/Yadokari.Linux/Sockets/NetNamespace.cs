using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Clone;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Sockets;

/// <summary>Opens sockets in the network namespace of another process.</summary>
public static unsafe class NetNamespace
{
    /// <summary>A netlink socket that answers for the unix sockets of a process' network namespace. The caller owns it.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Another namespace than the caller's and no right to enter it.</exception>
    public static SafeFileHandle? OpenUnixDiag(int pid)
    {
        ulong? theirs = ProcMisc.NamespaceInode(pid, "net");
        if (theirs is null)
        {
            return null;
        }

        if (theirs == ProcMisc.NamespaceInode(Environment.ProcessId, "net"))
        {
            return UnixDiag.Open();
        }

        // setns changes the calling thread alone; that thread ends here and never serves anything else.
        SafeFileHandle? socket = null;
        SystemCallException? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                socket = Enter(pid) ? UnixDiag.Open() : null;
            }
            catch (SystemCallException error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? socket : throw new SystemCallException(failure.Call, failure.Number, failure.Subject);
    }

    private static bool Enter(int pid)
    {
        byte[] path = Encoding.ASCII.GetBytes($"{ProcTasks.Directory(pid)}/ns/net\0");
        long opened;
        fixed (byte* start = path)
        {
            opened = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)start, O_CLOEXEC);
        }

        if (opened is -Errno.ENOENT or -Errno.ESRCH)
        {
            return false;
        }

        if (opened < 0)
        {
            throw new SystemCallException("open", (int)-opened, $"/proc/{pid}/ns/net");
        }

        using SafeFileHandle space = new((nint)opened, ownsHandle: true);
        LinuxCall.Check("setns", $"/proc/{pid}/ns/net", SystemCall.Setns, (nint)opened, CLONE_NEWNET);
        return true;
    }
}
