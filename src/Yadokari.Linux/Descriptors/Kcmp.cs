using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Asks the kernel whether two descriptors are one open file description (kcmp(2)).</summary>
public static class Kcmp
{
    private const int File = 0;

    /// <summary>A total order of open file descriptions: 0 the same, negative or positive for sorting.</summary>
    /// <returns>Null when a process or a descriptor is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted (as for ptrace), or a kernel without kcmp.</exception>
    public static int? CompareFiles(int leftPid, int leftDescriptor, int rightPid, int rightDescriptor)
    {
        long result = LinuxCall.Invoke(LinuxCall.Kcmp, leftPid, rightPid, File, leftDescriptor, rightDescriptor);
        return result switch
        {
            0 => 0,
            1 => -1,
            2 => 1,
            -Errno.ESRCH or -Errno.EBADF => null,
            > 0 => throw new SystemCallException("kcmp", Errno.EINVAL, "not ordered"),
            _ => throw new SystemCallException("kcmp", (int)-result),
        };
    }

    /// <summary>The same order for two descriptors of the caller.</summary>
    /// <exception cref="SystemCallException">Not permitted, or a kernel without kcmp.</exception>
    public static int CompareFiles(SafeFileHandle left, SafeFileHandle right)
    {
        int self = Environment.ProcessId;
        int? order = CompareFiles(self, (int)left.DangerousGetHandle(), self, (int)right.DangerousGetHandle());
        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return order ?? throw new SystemCallException("kcmp", Errno.EBADF);
    }
}
