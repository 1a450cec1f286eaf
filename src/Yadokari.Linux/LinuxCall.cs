using System.Runtime.InteropServices;

namespace Yadokari.Linux;

/// <summary>The bare system call: one entry for every call that the C library does not wrap or that must behave
/// the same under every C library. Results below zero are turned into −errno, as the kernel itself returns them.</summary>
internal static unsafe partial class LinuxCall
{
    /// <summary>Makes the call; −errno on failure. A call interrupted by one of the runtime's own signals is made again.</summary>
    public static long Invoke(SystemCall number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        while (true)
        {
            nint result = Syscall((int)number, a, b, c, d, e, f);
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
    public static long Check(string name, string? subject, SystemCall number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        long result = Invoke(number, a, b, c, d, e, f);
        return result >= 0 ? result : throw new SystemCallException(name, (int)-result, subject);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
