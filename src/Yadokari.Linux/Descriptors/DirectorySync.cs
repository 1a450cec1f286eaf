using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>Brings the names in a directory to disk: a file that was synced itself can still lose its name in a crash (fsync(2)).</summary>
public static unsafe class DirectorySync
{
    /// <exception cref="SystemCallException">The directory can't be opened or synced. A file system that can't sync
    /// directories (EINVAL) is no error.</exception>
    public static void Flush(string directory)
    {
        byte[] path = KernelText.EncodeTerminated(directory);
        int descriptor;
        fixed (byte* start = path)
        {
            descriptor = (int)LinuxCall.Check("open", directory, SystemCall.Openat, AT_FDCWD, (nint)start, O_DIRECTORY | O_CLOEXEC);
        }

        long result = LinuxCall.Invoke(SystemCall.Fsync, descriptor);
        LinuxCall.Invoke(SystemCall.Close, descriptor);
        if (result is < 0 and not -Errno.EINVAL)
        {
            throw new SystemCallException("fsync", (int)-result, directory);
        }
    }
}
