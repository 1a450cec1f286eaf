using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>What the master's side of a pseudoterminal tells of both (ioctl_tty(2), pty(7)). Nothing here changes it.</summary>
public static unsafe class PseudoTerminal
{
    private const long GetNumber = 0x80045430;     // TIOCGPTN
    private const long GetPacketMode = 0x80045438; // TIOCGPKT
    private const long GetLock = 0x80045439;       // TIOCGPTLCK
    private const long GetExclusive = 0x80045440;  // TIOCGEXCL
    private const long GetDevice = 0x80045432;     // TIOCGDEV
    private const long GetForegroundGroup = 0x540F;                 // TIOCGPGRP
    private const long GetSessionRequest = 0x5429;                  // TIOCGSID

    /// <summary>The N of /dev/pts/N.</summary>
    /// <returns>Null for what is no master.</returns>
    public static int? Number(SafeFileHandle master) => Ask(master, GetNumber);

    public static bool IsInPacketMode(SafeFileHandle master) => Ask(master, GetPacketMode) is not (null or 0);

    /// <summary>The other side may not be opened.</summary>
    public static bool IsLocked(SafeFileHandle master) => Ask(master, GetLock) is not (null or 0);

    /// <summary>Only root may open the side once more that is asked.</summary>
    public static bool IsExclusive(SafeFileHandle side) => Ask(side, GetExclusive) is not (null or 0);

    /// <summary>Device number of the terminal behind a descriptor, also of one of /dev/tty, as tty_nr of /proc/PID/stat has it.</summary>
    /// <returns>Null for one that has hung up.</returns>
    public static int? Device(SafeFileHandle terminal) => Ask(terminal, GetDevice);

    /// <summary>The session whose controlling terminal it is; null: none, or one that the caller can't name.</summary>
    public static int? Session(SafeFileHandle master) => Ask(master, GetSessionRequest) is > 0 and var session ? session : null;

    /// <summary>Its foreground process group, which may have ended; null: none, or one that the caller can't name.</summary>
    public static int? Foreground(SafeFileHandle master) => Ask(master, GetForegroundGroup) is > 0 and var group ? group : null;

    private static int? Ask(SafeFileHandle terminal, long request)
    {
        int answer = 0;
        long result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), (nint)request, (nint)(&answer));
        GC.KeepAlive(terminal);
        return result < 0 ? null : answer;
    }
}
