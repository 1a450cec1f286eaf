using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Files that live in memory only (memfd_create(2)).</summary>
public static unsafe class MemoryFile
{
    public const int SealSeal = 1;
    public const int SealShrink = 2;
    public const int SealGrow = 4;
    public const int SealWrite = 8;

    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSealsCommand = 1033;

    /// <summary>Creates an empty, sealable memory file. The caller owns it.</summary>
    /// <param name="name">Shown in /proc; at most 249 bytes.</param>
    /// <exception cref="SystemCallException">Out of memory or descriptors.</exception>
    public static SafeFileHandle Create(string name)
    {
        byte[] text = KernelText.EncodeTerminated(name);
        fixed (byte* start = text)
        {
            long result = LinuxCall.Check("memfd_create", name, LinuxCall.MemfdCreate, (nint)start, (nint)(CloseOnExec | AllowSealing));
            return new SafeFileHandle((nint)result, ownsHandle: true);
        }
    }

    /// <summary>Adds F_SEAL_* bits; they can't be taken away again.</summary>
    /// <exception cref="SystemCallException">Sealed against that, or (F_SEAL_WRITE) mapped for writing.</exception>
    public static void AddSeals(SafeFileHandle file, int seals)
    {
        LinuxCall.Check("fcntl(F_ADD_SEALS)", null, LinuxCall.Fcntl, Descriptor.Number(file), AddSealsCommand, seals);
        GC.KeepAlive(file);
    }
}
