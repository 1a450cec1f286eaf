using Iced.Intel;
using Yadokari.Linux;
using static Iced.Intel.AssemblerRegisters;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The first code of a context file, in its header page: a file that was cut short has lost the control segment behind its
/// pages, and the kernel would end it by SIGBUS at its first instruction. This looks at the file's length, says one line
/// and ends with status 1 when it is another than the header says; else it goes on at the control segment.
/// The same bytes in every file: what differs is read from the header before it. It changes no register that the
/// interpreter's entry looks at (rsp).
/// </summary>
public static class LengthGuard
{
    private const int StatBelowStack = 0x400; // struct stat, 144 bytes, where nothing is yet
    private const int StatSize = 48; // st_size
    private const int Status = 1;
    private const int ErrorStream = 2;

    private static readonly Lazy<byte[]> Assembled = new(Assemble);

    /// <summary>Where it stands in the header page; the file's entry point.</summary>
    public const int Offset = 0x168;

    /// <summary>Offsets in the header page that it reads: the control segment's address and the length of the file.</summary>
    public const int ControlAddress = 0x120;

    public const int FileLength = 0x138;

    public static ReadOnlySpan<byte> Code => Assembled.Value;

    private static byte[] Assemble()
    {
        Assembler c = new(64);
        Label start = c.CreateLabel("start");
        Label path = c.CreateLabel("path");
        Label go = c.CreateLabel("go");
        Label text = c.CreateLabel("text");
        byte[] message = "yadokari: the context file is damaged or cut short\n"u8.ToArray();
        c.Label(ref start);
        c.lea(r14, __[start]);
        c.lea(rdi, __[path]);
        c.lea(rsi, __[rsp - StatBelowStack]);
        c.mov(eax, (int)SystemCall.Stat);
        c.syscall();
        c.test(rax, rax);
        c.jnz(go); // no /proc here: nothing is known of the length
        c.mov(rax, __[rsi + StatSize]);
        c.cmp(rax, __[r14 + FileLength - Offset]);
        c.je(go);
        c.mov(edi, ErrorStream);
        c.lea(rsi, __[text]);
        c.mov(edx, message.Length);
        c.mov(eax, (int)SystemCall.Write);
        c.syscall();
        c.mov(edi, Status);
        c.mov(eax, (int)SystemCall.Exit_group);
        c.syscall();
        c.Label(ref go);
        c.jmp(__qword_ptr[r14 + ControlAddress - Offset]);
        c.Label(ref path);
        c.db("/proc/self/exe\0"u8.ToArray());
        c.Label(ref text);
        c.db(message);
        using MemoryStream stream = new();
        c.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }
}
