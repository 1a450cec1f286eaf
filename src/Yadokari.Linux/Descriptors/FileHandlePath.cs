using System.Buffers.Binary;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>The path of a file that the kernel names by a handle (open_by_handle_at(2)). Opened with O_PATH: nobody who watches it is told, but who watches
/// <c>mountPoint</c> is: the kernel takes no O_PATH descriptor for the file system.</summary>
public static unsafe class FileHandlePath
{
    private const int PathOnly = O_PATH | O_CLOEXEC;
    private const int HeadLength = 8;

    /// <param name="mountPoint">A directory on the file system.</param>
    /// <param name="type">handle_type.</param>
    /// <param name="handle">Its bytes in hexadecimal.</param>
    /// <returns>As the caller sees it; null when it is gone, or may not be asked (it takes CAP_DAC_READ_SEARCH of the host).</returns>
    public static string? Find(string mountPoint, int type, string handle)
    {
        byte[] name = KernelText.EncodeTerminated(mountPoint);
        byte[] bytes = Convert.FromHexString(handle);
        byte[] file = new byte[HeadLength + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(file, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), type);
        bytes.CopyTo(file.AsSpan(HeadLength));
        fixed (byte* path = name)
        fixed (byte* first = file)
        {
            long mount = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
            if (mount < 0)
            {
                return null;
            }

            long opened = LinuxCall.Invoke(SystemCall.Open_by_handle_at, (nint)mount, (nint)first, PathOnly);
            LinuxCall.Invoke(SystemCall.Close, (nint)mount);
            if (opened < 0)
            {
                return null;
            }

            string? found = ProcFile.ReadLink($"/proc/self/fd/{opened}");
            LinuxCall.Invoke(SystemCall.Close, (nint)opened);
            return found;
        }
    }
}
