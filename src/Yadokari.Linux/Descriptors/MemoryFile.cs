using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Linux.Descriptors;

/// <summary>Files that live in memory only (memfd_create(2)).</summary>
public static unsafe class MemoryFile
{
    /// <summary>Creates an empty, sealable memory file. The caller owns it.</summary>
    /// <param name="name">Shown in /proc; at most 249 bytes.</param>
    /// <exception cref="SystemCallException">Out of memory or descriptors.</exception>
    public static SafeFileHandle Create(string name)
    {
        byte[] text = KernelText.EncodeTerminated(name);
        fixed (byte* start = text)
        {
            long result = LinuxCall.Check("memfd_create", name, SystemCall.Memfd_create, (nint)start, (nint)(MFD_CLOEXEC | MFD_ALLOW_SEALING));
            return new SafeFileHandle((nint)result, ownsHandle: true);
        }
    }

    /// <summary>Adds F_SEAL_* bits; they can't be taken away again.</summary>
    /// <exception cref="SystemCallException">Sealed against that, or (F_SEAL_WRITE) mapped for writing.</exception>
    public static void AddSeals(SafeFileHandle file, int seals)
    {
        LinuxCall.Check("fcntl(F_ADD_SEALS)", null, SystemCall.Fcntl, Descriptor.Number(file), F_ADD_SEALS, seals);
        GC.KeepAlive(file);
    }
}
