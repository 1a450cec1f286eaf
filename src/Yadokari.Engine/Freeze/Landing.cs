using System.Buffers.Binary;
using System.Diagnostics;
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
/// With its mask it gets the signals that came meanwhile, and what their handlers return to stands here: it must be home before the
/// bytes go (<see cref="FrozenProcess.Deliver"/>, <see cref="MendHandlers"/>).
/// </summary>
internal sealed class Landing
{
    /// <summary>Bytes at the end of a mapping.</summary>
    public const int Length = 256;

    private const int RegionAt = 8;
    private const int MaskAt = 16;
    private const int TargetAt = 24;
    private const int CodeAt = 32;

    /// <summary>Behind the last call.</summary>
    private const int MovesAt = CodeAt + 47;

    /// <summary>Where the values of the moves are: 2 bytes of code before each.</summary>
    private const int ValuesAt = MovesAt + 2;

    private const int ValueStride = 2 + sizeof(ulong);

    /// <summary>Registers in the order of the kernel's struct sigcontext_64 (arch/x86/include/uapi/asm/sigcontext.h), by their numbers in
    /// the moves.</summary>
    private static readonly byte[] SignalFrame = [8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1];

    private const int RegisterBytes = 15 * sizeof(ulong);

    private const ulong Magic = 0x676e69646e616c79; // "ylanding"

    private readonly RemoteMemory _memory;
    private readonly RemoteAddress _at;
    private ulong _region;
    private int _regionLength;

    private Landing(RemoteMemory memory, RemoteAddress at, bool isLeftover, ulong leftover)
    {
        _memory = memory;
        _at = at;
        Leftover = leftover;
        IsLeftover = isLeftover;
    }

    /// <summary>Where a thread enters to map memory, with the registers of mmap; and where it goes on behind that call.</summary>
    public RemoteAddress Map => _at + CodeAt;

    /// <summary>Where a thread enters to unmap memory, with the registers of munmap.</summary>
    public RemoteAddress Unmap { get; private set; }

    /// <summary>A tool that died left it: a thread may still be on its way home by it.</summary>
    public bool IsLeftover { get; }

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
                        return new Landing(memory, at, left, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(RegionAt)));
                    }
                }
            }
        }

        throw new EngineException(EngineError.Failed, $"process {pid} has no room for {Length} bytes at the end of its code");
    }

    /// <summary>Whether a thread stands in it.</summary>
    public bool Holds(ulong instructionPointer) => instructionPointer - _at.Value < Length;

    /// <summary>Whether a thread stands in it, or in the range that is unmapped by it: not home yet.</summary>
    public bool Keeps(ulong instructionPointer) => Holds(instructionPointer) || instructionPointer - _region < (ulong)_regionLength;

    /// <summary>Whether a thread has its own mask again, and gets signals.</summary>
    public bool IsLeaving(ulong instructionPointer) => Holds(instructionPointer) && instructionPointer - _at.Value >= MovesAt;

    /// <summary>Whether a thread is not home yet, and all its signals are blocked.</summary>
    public bool Blocks(ulong instructionPointer) => Keeps(instructionPointer) && !IsLeaving(instructionPointer);

    /// <summary>What a thread that is leaving, or a handler that returns to here, is to go on with.</summary>
    /// <param name="leaving">Its registers.</param>
    public Registers Home(Registers leaving)
    {
        byte[] bytes = Read();
        leaving.Rip = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(TargetAt));
        leaving.OrigRax = ulong.MaxValue;
        (leaving.Rax, leaving.Rcx, leaving.Rdx, leaving.Rbx) = (Value(bytes, 0), Value(bytes, 1), Value(bytes, 2), Value(bytes, 3));
        (leaving.Rbp, leaving.Rsi, leaving.Rdi) = (Value(bytes, 5), Value(bytes, 6), Value(bytes, 7));
        (leaving.R8, leaving.R9, leaving.R10, leaving.R11) = (Value(bytes, 8), Value(bytes, 9), Value(bytes, 10), Value(bytes, 11));
        (leaving.R12, leaving.R13, leaving.R14, leaving.R15) = (Value(bytes, 12), Value(bytes, 13), Value(bytes, 14), Value(bytes, 15));
        return leaving;
    }

    /// <summary>The tool that wrote it died, and a handler ran when the thread had its mask again. It is to return home, not here.</summary>
    /// <param name="stack">From where the thread's stack is in use to the end of its mapping: the frame of a signal (rt_sigframe) is in it.</param>
    /// <param name="length">Bytes of it to look at, at most.</param>
    public void MendHandlers(RemoteAddress stack, ulong length)
    {
        const ulong code64 = 0x33;
        byte[] bytes = new byte[length & ~7ul];
        int have = _memory.Read(stack, bytes) & ~7;
        byte[] home = Read();
        // Behind the registers are sp, ip, flags and cs|gs|fs|ss.
        const int pointerAt = RegisterBytes + sizeof(ulong), segmentsAt = pointerAt + (2 * sizeof(ulong)), end = segmentsAt + sizeof(ulong);
        for (int frame = 0; frame + end <= have; frame += sizeof(ulong))
        {
            ReadOnlySpan<byte> saved = bytes.AsSpan(frame, end);
            if (IsLeaving(BinaryPrimitives.ReadUInt64LittleEndian(saved[pointerAt..])) && (BinaryPrimitives.ReadUInt64LittleEndian(saved[segmentsAt..]) & 0xffff) == code64)
            {
                byte[] mended = [.. SignalFrame.SelectMany(register => BitConverter.GetBytes(Value(home, register)))];
                _memory.Write(stack + (ulong)frame, mended);
                _memory.Write(stack + (ulong)(frame + pointerAt), home.AsSpan(TargetAt, sizeof(ulong)));
            }
        }
    }

    /// <summary>Prepares it for one thread; none may be in it.</summary>
    /// <param name="home">What it goes on with.</param>
    /// <param name="region">The range that is unmapped before; 0: none.</param>
    /// <param name="regionLength">Bytes of what is mapped and unmapped.</param>
    public void Write(Registers home, ulong mask, ulong region, int regionLength)
    {
        (_region, _regionLength) = (region, region == 0 ? 0 : regionLength);
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
        Debug.Assert(end == MovesAt, "where the moves begin");
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

    private static ulong Value(byte[] bytes, int register) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(ValuesAt + (ValueStride * (register < 4 ? register : register - 1))));

    private byte[] Read()
    {
        byte[] bytes = new byte[Length];
        _memory.ReadExactly(_at, bytes);
        return bytes;
    }

    /// <summary>Private, so that the write is this process's own; not writable, so that nothing comes to be there.</summary>
    private static bool MayHold(Vma vma) =>
        (vma.Protection & (VmaProtection.Read | VmaProtection.Write | VmaProtection.Execute)) == (VmaProtection.Read | VmaProtection.Execute)
        && !vma.Shared && vma.Name is not ("[vsyscall]" or "[uprobes]");
}
