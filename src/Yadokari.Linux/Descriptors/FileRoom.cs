using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Room on the disk, taken in advance (fallocate(2)).</summary>
public static class FileRoom
{
    /// <summary>Takes room for the first bytes of a file, which has at least that length then. What can't be written for lack of it is
    /// known now.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="length">Bytes, above zero.</param>
    /// <returns>False where the file system can't promise room, or has not enough, or files may not be so long here.</returns>
    public static bool TryTake(SafeFileHandle file, long length)
    {
        long result = LinuxCall.Invoke(SystemCall.Fallocate, Descriptor.Number(file), 0, 0, (nint)length);
        GC.KeepAlive(file);
        return result >= 0;
    }
}
