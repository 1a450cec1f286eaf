using System.Text;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>A file that has no name until it is whole (O_TMPFILE, open(2)): whatever happens to its writer before, nothing of
/// it is left.</summary>
public static unsafe class UnnamedFile
{
    private const int IsDirectory = 21; // EISDIR: a kernel or file system without O_TMPFILE opens the directory

    /// <summary>Opens one for reading and writing on the file system of a directory.</summary>
    /// <param name="directory">Where it will get its name.</param>
    /// <param name="mode">Permissions; the umask takes away from them.</param>
    /// <returns>Null where the file system has no unnamed files.</returns>
    /// <exception cref="SystemCallException">The directory is not there, or may not be written.</exception>
    public static SafeFileHandle? TryCreate(string directory, UnixFileMode mode)
    {
        byte[] path = Encoding.UTF8.GetBytes(directory + '\0');
        long result;
        fixed (byte* start = path)
        {
            result = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)start, O_TMPFILE | O_RDWR | O_CLOEXEC, (nint)(int)mode);
        }

        return result switch
        {
            -Errno.EOPNOTSUPP or -IsDirectory or -Errno.EINVAL => null,
            < 0 => throw new SystemCallException("open", (int)-result, directory),
            _ => new SafeFileHandle((nint)result, ownsHandle: true),
        };
    }

    /// <summary>Gives it a name, which must be free, and closes it. From the moment the file has its name nobody has it open
    /// for writing: such a file can't be executed (ETXTBSY, execve(2)).</summary>
    /// <exception cref="SystemCallException">EEXIST when the name is taken; the file is closed.</exception>
    public static void NameAndClose(SafeFileHandle file, string path)
    {
        using SafeFileHandle readable = File.OpenHandle(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Dispose();
        byte[] from = Encoding.UTF8.GetBytes(PathOf(readable) + '\0');
        byte[] to = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* fromStart = from)
        fixed (byte* toStart = to)
        {
            LinuxCall.Check("linkat", path, SystemCall.Linkat, AT_FDCWD, (nint)fromStart, AT_FDCWD, (nint)toStart, AT_SYMLINK_FOLLOW);
        }
    }

    private static string PathOf(SafeFileHandle file) => $"/proc/self/fd/{Descriptor.Number(file)}";
}
