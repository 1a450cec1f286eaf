using System.Runtime.InteropServices;

namespace Yadokari.Linux;

/// <summary>The bare system call: one entry for every call that the C library does not wrap or that must behave
/// the same under every C library. Results below zero are turned into −errno, as the kernel itself returns them.</summary>
internal static unsafe partial class LinuxCall
{
    public const int Read = 0;
    public const int Close = 3;
    public const int Poll = 7;
    public const int Lseek = 8;
    public const int Ioctl = 16;
    public const int Pipe2 = 293;
    public const int Socket = 41;
    public const int SendTo = 44;
    public const int RecvFrom = 45;
    public const int RecvMsg = 47;
    public const int Bind = 49;
    public const int GetSockName = 51;
    public const int GetPeerName = 52;
    public const int SetSockOpt = 54;
    public const int GetSockOpt = 55;
    public const int Fcntl = 72;
    public const int FStatFs = 138;
    public const int GetDents64 = 217;
    public const int OpenAt = 257;
    public const int NewFStatAt = 262;
    public const int ReadLinkAt = 267;
    public const int Tee = 276;
    public const int OpenByHandleAt = 304;
    public const int SetNs = 308;
    public const int Kcmp = 312;
    public const int MemfdCreate = 319;
    public const int PidFdSendSignal = 424;
    public const int EpollWait = 232;
    public const int EpollCtl = 233;
    public const int EpollCreate1 = 291;
    public const int PidFdOpen = 434;
    public const int PidFdGetFd = 438;

    public const int AtFdCwd = -100;

    /// <summary>Makes the call; −errno on failure. A call interrupted by one of the runtime's own signals is made again.</summary>
    public static long Invoke(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        while (true)
        {
            nint result = Syscall(number, a, b, c, d, e, f);
            if (result != -1)
            {
                return result;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                return -errno;
            }
        }
    }

    /// <summary>Makes the call and throws on failure.</summary>
    /// <exception cref="SystemCallException">It failed.</exception>
    public static long Check(string name, string? subject, int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        long result = Invoke(number, a, b, c, d, e, f);
        return result >= 0 ? result : throw new SystemCallException(name, (int)-result, subject);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
