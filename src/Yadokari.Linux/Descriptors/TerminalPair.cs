using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>Makes pseudo terminals (pty(7)), and speaks for who shows one.</summary>
public static unsafe class TerminalPair
{
    private const nint SetLock = 0x40045431; // TIOCSPTLCK
    private const nint GetPeer = 0x5441; // TIOCGPTPEER

    /// <summary>A new one. The caller owns both.</summary>
    /// <returns>The side of whoever shows it, which never blocks, and the program's side, which does.</returns>
    /// <exception cref="SystemCallException">There are too many, or none at all on this host.</exception>
    public static (SafeFileHandle Master, SafeFileHandle Slave) Create()
    {
        long opened;
        fixed (byte* path = "/dev/ptmx\0"u8)
        {
            opened = LinuxCall.Check("open", "/dev/ptmx", SystemCall.Openat, AT_FDCWD, (nint)path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        }

        SafeFileHandle master = new((nint)opened, ownsHandle: true);
        try
        {
            int unlocked = 0;
            LinuxCall.Check("ioctl(TIOCSPTLCK)", null, SystemCall.Ioctl, Descriptor.Number(master), SetLock, (nint)(&unlocked));
            return (master, OpenPeer(master, 0));
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>The program's side once more, that does not block. The caller owns it.</summary>
    public static SafeFileHandle OpenPeer(SafeFileHandle master) => OpenPeer(master, O_NONBLOCK);

    /// <summary>Writes what it takes now.</summary>
    /// <returns>How much that was; 0: nothing.</returns>
    public static int Write(SafeFileHandle master, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            long result = LinuxCall.Invoke(SystemCall.Write, Descriptor.Number(master), (nint)start, bytes.Length);
            GC.KeepAlive(master);
            return (int)Math.Max(result, 0);
        }
    }

    /// <summary>Reads what there is now.</summary>
    /// <returns>How much that was; 0: nothing.</returns>
    public static int Read(SafeFileHandle master, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            long result = LinuxCall.Invoke(SystemCall.Read, Descriptor.Number(master), (nint)start, bytes.Length);
            GC.KeepAlive(master);
            return (int)Math.Max(result, 0);
        }
    }

    private static SafeFileHandle OpenPeer(SafeFileHandle master, int flags)
    {
        long slave = LinuxCall.Check("ioctl(TIOCGPTPEER)", null, SystemCall.Ioctl, Descriptor.Number(master), GetPeer, O_RDWR | O_NOCTTY | O_CLOEXEC);
        GC.KeepAlive(master);
        using SafeFileHandle peer = new((nint)slave, ownsHandle: true);

        // The kernel keeps O_CLOEXEC among the flags of that description (ptm_open_peer in drivers/tty/pty.c): each of its descriptors
        // would look as if it were closed at exec. One that is opened has none.
        return Descriptor.Reopen(peer, O_RDWR | O_NOCTTY | flags) ?? throw new SystemCallException("open", Errno.EACCES, "a terminal of the caller's own");
    }
}
