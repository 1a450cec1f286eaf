using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Linux.Descriptors;

/// <summary>Whether a file is somebody's else as well: the kernel gives a lease for writing only to the one who has it open
/// (fcntl(2), F_SETLEASE).</summary>
public static class FileLease
{
    /// <param name="file">A regular file of the caller's, open for reading and writing.</param>
    /// <returns>True when nobody else had it open, by whatever name; false also where the file system can't tell.</returns>
    public static bool IsOnlyHere(SafeFileHandle file)
    {
        nint descriptor = Descriptor.Number(file);
        // Whoever opens it just now waits until the lease is given back, which is at once; by SIGIO this program would end.
        bool given = LinuxCall.Invoke(SystemCall.Fcntl, descriptor, F_SETSIG, SIGWINCH) >= 0
            && LinuxCall.Invoke(SystemCall.Fcntl, descriptor, F_SETLEASE, F_WRLCK) >= 0;
        if (given)
        {
            LinuxCall.Check("fcntl(F_SETLEASE)", null, SystemCall.Fcntl, descriptor, F_SETLEASE, F_UNLCK);
        }

        GC.KeepAlive(file);
        return given;
    }
}
