using System.Buffers.Binary;
using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A few bytes at the end of executable memory, where the program has nothing but zeros, by which a borrowed thread finds
/// home: whenever its tracer dies, it makes the call that it was about to make, unmaps the range that was borrowed, takes
/// its signal mask and registers back, and goes on where it stood.
/// <code>
/// magic ─ region ─ mask ─ instruction pointer ─ map: syscall ─ unmap: syscall, rt_sigprocmask, 15 × mov r64,imm64, jmp
/// </code>
/// Only moves follow the last call, so that flags stay; the stack is not used. Before the process runs on the bytes are
/// zeros again; what a dead tool left is found by the next one.
/// </summary>
internal sealed class Landing
{
    /// <summary>Bytes at the end of a mapping.</summary>
    public const int Length = 256;

    private const int RegionAt = 8;
    private const int MaskAt = 16;
    private const int TargetAt = 24;
    private const int CodeAt = 32;
    private const ulong Magic = 0x676e69646e616c79; // "ylanding"

    private readonly RemoteMemory _memory;
    private readonly RemoteAddress _at;

    private Landing(RemoteMemory memory, RemoteAddress at, ulong leftover)
    {
        _memory = memory;
        _at = at;
        Leftover = leftover;
    }

    /// <summary>Where a thread enters to map memory, with the registers of mmap; and where it goes on behind that call.</summary>
    public RemoteAddress Map => _at + CodeAt;

    /// <summary>Where a thread enters to unmap memory, with the registers of munmap.</summary>
    public RemoteAddress Unmap { get; private set; }

    /// <summary>A range that a tool which died had borrowed and may have left mapped; 0: none.</summary>
    public ulong Leftover { get; }

    /// <summary>Finds the place: in the vdso, else at the end of any code.</summary>
    /// <exception cref="EngineException">There is none.</exception>
    public static Landing Find(int pid, RemoteMemory memory, IReadOnlyList<Vma> vmas)
    {
        byte[] bytes = new byte[Length];
        foreach (bool vdso in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (Vma vma in vmas)
            {
                RemoteAddress at = new(vma.End.Value - Length);
                if ((vma.Name == "[vdso]") == vdso && MayHold(vma) && memory.Read(at, bytes) == Length)
                {
                    bool left = BinaryPrimitives.ReadUInt64LittleEndian(bytes) == Magic;
                    if (left || !bytes.AsSpan().ContainsAnyExcept((byte)0))
                    {
                        return new Landing(memory, at, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(RegionAt)));
                    }
                }
            }
        }

        throw new EngineException(EngineError.Failed, $"process {pid} has no room for {Length} bytes at the end of its code");
    }

    /// <summary>Whether a thread stands in it.</summary>
    public bool Holds(ulong instructionPointer) => instructionPointer - _at.Value < Length;

    /// <summary>Prepares it for one thread; none may be in it.</summary>
    /// <param name="home">What it goes on with.</param>
    /// <param name="region">The range that is unmapped before; 0: none.</param>
    /// <param name="regionLength">Bytes of what is mapped and unmapped.</param>
    public void Write(Registers home, ulong mask, ulong region, int regionLength)
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RegionAt), region);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(MaskAt), mask);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(TargetAt), home.Rip);
        int end = CodeAt;
        void Emit(ReadOnlySpan<byte> code)
        {
            code.CopyTo(bytes.AsSpan(end));
            end += code.Length;
        }

        void EmitNumber(ReadOnlySpan<byte> code, int number)
        {
            Emit(code);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(end), number);
            end += sizeof(int);
        }

        void EmitRelative(ReadOnlySpan<byte> code, int offset) => EmitNumber(code, offset - (end + code.Length + sizeof(int)));

        Emit([0x0f, 0x05]); // syscall
        Emit([0x48, 0x89, 0xc7]); // mov rdi, rax
        EmitNumber([0xbe], regionLength); // mov esi, …
        EmitNumber([0xb8], (int)SystemCall.Munmap); // mov eax, …
        Unmap = _at + (ulong)end;
        Emit([0x0f, 0x05]);
        EmitNumber([0xb8], (int)SystemCall.Rt_sigprocmask);
        EmitNumber([0xbf], 2); // mov edi, SIG_SETMASK
        EmitRelative([0x48, 0x8d, 0x35], MaskAt); // lea rsi, [rip…]
        EmitNumber([0xba], 0); // mov edx, 0
        EmitNumber([0x41, 0xba], sizeof(ulong)); // mov r10d, 8
        Emit([0x0f, 0x05]);
        ReadOnlySpan<(byte Number, ulong Value)> registers =
        [
            (0, home.Rax), (1, home.Rcx), (2, home.Rdx), (3, home.Rbx), (5, home.Rbp), (6, home.Rsi), (7, home.Rdi), (8, home.R8),
            (9, home.R9), (10, home.R10), (11, home.R11), (12, home.R12), (13, home.R13), (14, home.R14), (15, home.R15),
        ];
        foreach ((byte number, ulong value) in registers)
        {
            Emit([(byte)(number < 8 ? 0x48 : 0x49), (byte)(0xb8 + (number & 7))]); // mov r64, imm64
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(end), value);
            end += sizeof(ulong);
        }

        EmitRelative([0xff, 0x25], TargetAt); // jmp [rip…]
        _memory.Write(_at, bytes);
    }

    /// <summary>Nothing is left of it.</summary>
    public void Clear() => _memory.Write(_at, new byte[Length]);

    /// <summary>Private, so that the write is this process's own; not writable, so that nothing comes to be there.</summary>
    private static bool MayHold(Vma vma) =>
        (vma.Protection & (VmaProtection.Read | VmaProtection.Write | VmaProtection.Execute)) == (VmaProtection.Read | VmaProtection.Execute)
        && !vma.Shared && vma.Name is not ("[vsyscall]" or "[uprobes]");
}
