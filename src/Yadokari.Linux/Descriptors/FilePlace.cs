using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>The offset that a file's descriptors share, and the room that its parts take.</summary>
public static class FilePlace
{
    private const int FromStart = 0;
    private const int FromHere = 1;

    public static long Offset(SafeFileHandle file)
    {
        long result = LinuxCall.Check("lseek", null, SystemCall.Lseek, Descriptor.Number(file), 0, FromHere);
        GC.KeepAlive(file);
        return result;
    }

    public static void Seek(SafeFileHandle file, long offset)
    {
        LinuxCall.Check("lseek", null, SystemCall.Lseek, Descriptor.Number(file), (nint)offset, FromStart);
        GC.KeepAlive(file);
    }

    /// <summary>Gives the disk back what a range of a file takes, which then reads as zeros; its length stays.</summary>
    /// <returns>False where the file system can't do that: it keeps it.</returns>
    public static bool Forget(SafeFileHandle file, long from, long length)
    {
        long result = LinuxCall.Invoke(SystemCall.Fallocate, Descriptor.Number(file), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (nint)from, (nint)length);
        GC.KeepAlive(file);
        return result >= 0;
    }
}
