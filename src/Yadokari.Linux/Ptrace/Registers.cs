using System.Runtime.InteropServices;

namespace Yadokari.Linux.Ptrace;

/// <summary>struct user_regs_struct of x86-64 (sys/user.h): what NT_PRSTATUS reads and writes, 27 × 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Registers
{
    public ulong R15;
    public ulong R14;
    public ulong R13;
    public ulong R12;
    public ulong Rbp;
    public ulong Rbx;
    public ulong R11;
    public ulong R10;
    public ulong R9;
    public ulong R8;
    public ulong Rax;
    public ulong Rcx;
    public ulong Rdx;
    public ulong Rsi;
    public ulong Rdi;
    public ulong OrigRax;
    public ulong Rip;
    public ulong Cs;
    public ulong Eflags;
    public ulong Rsp;
    public ulong Ss;
    public ulong FsBase;
    public ulong GsBase;
    public ulong Ds;
    public ulong Es;
    public ulong Fs;
    public ulong Gs;

    /// <summary>The 216 bytes as the kernel lays them out.</summary>
    public readonly byte[] ToBytes()
    {
        byte[] bytes = new byte[Marshal.SizeOf<Registers>()];
        MemoryMarshal.Write(bytes, in this);
        return bytes;
    }

    /// <summary>Reads the 216 bytes back.</summary>
    public static Registers FromBytes(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Registers>(bytes);
}
