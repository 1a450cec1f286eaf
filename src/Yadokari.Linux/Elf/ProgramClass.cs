using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Elf;

/// <summary>Whether a process was started from a 32-bit or a 64-bit program (EI_CLASS, elf(5)).</summary>
public static class ProgramClass
{
    /// <summary>ELFCLASS32: i386, and x32.</summary>
    public const int Bits32 = 1;

    /// <summary>ELFCLASS64.</summary>
    public const int Bits64 = 2;

    private const int ClassOffset = 4;

    /// <summary>The class; 0 when it can't be told: the process is gone, or no ELF file.</summary>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static int Of(int pid)
    {
        Span<byte> identity = stackalloc byte[ClassOffset + 1];
        try
        {
            using FileStream file = new($"{ProcTasks.Directory(pid)}/exe", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return file.ReadAtLeast(identity, identity.Length, throwOnEndOfStream: false) == identity.Length
                && identity[..ClassOffset].SequenceEqual("\u007fELF"u8)
                ? identity[ClassOffset]
                : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
