using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>The offset that a file's descriptors share, and the room that its parts take.</summary>
public static class FilePlace
{
    private const int FromStart = 0;
    private const int FromHere = 1;
    private const int PunchHoleKeepSize = 3; // FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE

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

    /// <summary>Gives the disk back what the first bytes of a file take; its length stays. A file system that can't do that keeps them.</summary>
    public static void Forget(SafeFileHandle file, long upTo)
    {
        LinuxCall.Invoke(SystemCall.Fallocate, Descriptor.Number(file), PunchHoleKeepSize, 0, (nint)upTo);
        GC.KeepAlive(file);
    }
}
