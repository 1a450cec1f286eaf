using Iced.Intel;
using Yadokari.Linux;
using static Iced.Intel.AssemblerRegisters;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The machine code that executes a plan: x86-64, position independent, no stack, no C library.
/// The same code runs in two places: in a context file (entered at <see cref="EntryOffset"/> by the kernel's
/// ELF loader) and, for batches of system calls, inside a frozen process (entered at <see cref="LoopOffset"/>
/// with rbx = first operation and r15 = base of the region).
/// <code>
/// rbx  the operation      r15  base of the region      rdi rsi rdx r10 r8 r9  its six arguments
/// </code>
/// System calls clobber rax, rcx and r11 only, so everything else survives them.
/// </summary>
public static partial class Interpreter
{
    // Of the slots that the entry fills.
    private const int Slots = RegionLayout.OwnOffset;
    private const int Scratch = RegionLayout.ScratchOffset;
    private const int ScratchSigInfo = Scratch; // 128 bytes
    private const int ScratchMask = Scratch + 128;
    private const int ScratchStatus = Scratch + 136;
    private const int ScratchTime = Scratch + 144;
    private const int ScratchDigits = Scratch + 160;
    private const int ScratchIoVectors = Scratch + 192;
    private const int WaitSliceNanoseconds = 200_000_000;

    private static readonly Lazy<(byte[] Code, int Loop)> Assembled = new(Assemble);

    /// <summary>Where the ELF header's entry point leads.</summary>
    public const int EntryOffset = 0;

    /// <summary>Where a batch in a tracee starts.</summary>
    public static int LoopOffset => Assembled.Value.Loop;

    /// <summary>A <c>syscall</c> instruction in the code.</summary>
    public static int SystemCallOffset => Code.IndexOf((ReadOnlySpan<byte>)[0x0f, 0x05]);

    /// <summary>The code; shorter than <see cref="RegionLayout.HeaderOffset"/>.</summary>
    public static ReadOnlySpan<byte> Code => Assembled.Value.Code;

    private static (byte[] Code, int Loop) Assemble()
    {
        Assembler c = new(64);
        Label start = c.CreateLabel("start");
        Label loop = c.CreateLabel("loop");
        Label next = c.CreateLabel("next");
        Label take = c.CreateLabel("take");
        Label fail = c.CreateLabel("fail");
        Label checksum = c.CreateLabel("checksum");
        Label damaged = c.CreateLabel("damaged");

        EmitEntry(c, start, loop, checksum, damaged);

        c.Label(ref loop);
        EmitFetch(c);
        (OperationKind Kind, Label Label)[] handlers = new (OperationKind, Label)[25];
        for (int i = 0; i < handlers.Length; i++)
        {
            handlers[i] = ((OperationKind)i, c.CreateLabel());
            c.cmp(al, (sbyte)i);
            c.je(handlers[i].Label);
        }

        c.ud2();

        // take: go on at the operation's target. next: store rax in the result slot, go on.
        c.Label(ref take);
        c.movsxd(rax, __dword_ptr[rbx + 60]);
        c.imul(rax, rax, RegionLayout.OperationLength);
        c.lea(rbx, __[r15 + rax + RegionLayout.OperationsOffset]);
        c.jmp(loop);

        c.Label(ref next);
        Label noResult = c.CreateLabel();
        c.movsxd(rcx, __dword_ptr[rbx + 56]);
        c.test(rcx, rcx);
        c.js(noResult);
        c.mov(__[r15 + rcx], rax);
        c.Label(ref noResult);
        c.add(rbx, RegionLayout.OperationLength);
        c.jmp(loop);

        void Handler(OperationKind kind, Action emit)
        {
            Label label = handlers[(int)kind].Label;
            c.Label(ref label);
            emit();
        }

        Handler(OperationKind.Call, () =>
        {
            c.mov(eax, __dword_ptr[rbx + 4]);
            c.syscall();
            EmitErrorPolicy(c, next, take, fail);
        });
        Handler(OperationKind.Clone, () =>
        {
            c.mov(eax, __dword_ptr[rbx + 4]);
            c.syscall();
            c.test(rax, rax);
            c.jz(take);
            EmitErrorPolicy(c, next, take, fail);
        });
        Handler(OperationKind.Jump, () => c.jmp(take));
        Handler(OperationKind.JumpIf, () => EmitJumpIf(c, take, next));
        Handler(OperationKind.MemoryEqual, () =>
        {
            c.mov(rcx, rdx);
            c.xor(eax, eax);
            c.cld();
            c.cmp(rcx, rcx); // equal when there are no bytes
            c.repe.cmpsb();
            c.sete(al);
            c.jmp(next);
        });
        Handler(OperationKind.ReadChecked, () => EmitReadChecked(c, next, fail, checksum, damaged));
        Handler(OperationKind.SameBytes, () => EmitSameBytes(c, next));
        Handler(OperationKind.WaitCount, () => EmitWaitCount(c, next, take));
        Handler(OperationKind.Count, () =>
        {
            c.@lock.inc(__dword_ptr[rdi]);
            EmitFutexWake(c);
            c.xor(eax, eax);
            c.jmp(next);
        });
        Handler(OperationKind.Fail, () =>
        {
            c.xor(eax, eax);
            c.jmp(fail);
        });
        Handler(OperationKind.Break, () =>
        {
            Label trap = c.CreateLabel();
            c.mov(rax, __[r15 + RegionLayout.HeaderOffset + RegionLayout.HeaderBreak]);
            c.test(rax, rax);
            c.jz(trap);
            c.jmp(rax);
            c.Label(ref trap);
            c.int3();
        });
        Handler(OperationKind.Reap, () => EmitReap(c, next));
        Handler(OperationKind.AppendDecimal, () => EmitAppendDecimal(c, next));
        Handler(OperationKind.AppendBytes, () =>
        {
            c.mov(r12, rdi);
            c.mov(rdi, __[r12]);
            c.mov(rcx, rdx);
            c.cld();
            c.rep.movsb();
            c.mov(__[r12], rdi);
            c.jmp(next);
        });
        Handler(OperationKind.ParseDecimal, () => EmitParseDecimal(c, next));
        Handler(OperationKind.Add, () =>
        {
            c.lea(rax, __[rdi + rsi]);
            c.jmp(next);
        });
        Handler(OperationKind.Subtract, () =>
        {
            c.mov(rax, rdi);
            c.sub(rax, rsi);
            c.jmp(next);
        });
        Handler(OperationKind.And, () =>
        {
            c.mov(rax, rdi);
            c.and(rax, rsi);
            c.jmp(next);
        });
        Handler(OperationKind.CpuId, () => EmitCpuId(c, next));
        Handler(OperationKind.Store64, () =>
        {
            c.mov(__[rdi], rsi);
            c.jmp(next);
        });
        Handler(OperationKind.Store32, () =>
        {
            c.mov(__[rdi], esi);
            c.jmp(next);
        });
        Handler(OperationKind.Load32, () =>
        {
            c.mov(eax, __dword_ptr[rdi]);
            c.jmp(next);
        });
        Handler(OperationKind.Load64, () =>
        {
            c.mov(rax, __qword_ptr[rdi]);
            c.jmp(next);
        });
        Handler(OperationKind.ExitAs, () => EmitExitAs(c));
        Handler(OperationKind.Enter, () =>
        {
            c.mov(r15, rdi);
            c.imul(rsi, rsi, RegionLayout.OperationLength);
            c.lea(rbx, __[r15 + rsi + RegionLayout.OperationsOffset]);
            c.lea(rax, __[loop]);
            c.lea(rcx, __[start]);
            c.sub(rax, rcx);
            c.add(rax, r15);
            c.jmp(rax);
        });

        EmitChecksum(c, checksum);
        EmitFail(c, fail, damaged);

        using MemoryStream stream = new();
        AssemblerResult result = c.Assemble(new StreamCodeWriter(stream), 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
        if (stream.Length > RegionLayout.HeaderOffset)
        {
            throw new InvalidOperationException($"the interpreter is {stream.Length} bytes, {RegionLayout.HeaderOffset} fit");
        }

        return (stream.ToArray(), (int)result.GetLabelRIP(loop));
    }

    private static void EmitCall(Assembler c, SystemCall call)
    {
        c.mov(eax, (int)call);
        c.syscall();
    }

    private static void EmitFetch(Assembler c)
    {
        AssemblerRegister64[] registers = [rdi, rsi, rdx, r10, r8, r9];
        c.movzx(eax, __byte_ptr[rbx + 1]);
        for (int i = 0; i < registers.Length; i++)
        {
            Label immediate = c.CreateLabel();
            c.mov(registers[i], __[rbx + 8 + (8 * i)]);
            c.test(al, (sbyte)(1 << i));
            c.jz(immediate);
            c.mov(registers[i], __[r15 + registers[i]]);
            c.Label(ref immediate);
        }

        c.movzx(eax, __byte_ptr[rbx]);
    }

    private static void EmitErrorPolicy(Assembler c, Label next, Label take, Label fail)
    {
        Label failed = c.CreateLabel();
        Label ignore = c.CreateLabel();
        c.cmp(rax, -4095);
        c.jae(failed);
        c.jmp(next);
        c.Label(ref failed);
        c.movzx(ecx, __byte_ptr[rbx + 2]);
        c.test(ecx, ecx);
        c.jz(fail);
        c.cmp(ecx, (int)OnError.Jump);
        c.jne(ignore);
        Label noResult = c.CreateLabel();
        c.movsxd(rcx, __dword_ptr[rbx + 56]);
        c.test(rcx, rcx);
        c.js(noResult);
        c.mov(__[r15 + rcx], rax);
        c.Label(ref noResult);
        c.jmp(take);
        c.Label(ref ignore);
        c.jmp(next);
    }

    private static void EmitJumpIf(Assembler c, Label take, Label next)
    {
        Label[] tests = [c.CreateLabel(), c.CreateLabel(), c.CreateLabel()];
        c.mov(ecx, __dword_ptr[rbx + 4]);
        c.test(ecx, ecx);
        c.jnz(tests[0]);
        c.cmp(rdi, rsi);
        c.je(take);
        c.jmp(next);
        c.Label(ref tests[0]);
        c.cmp(ecx, (int)Condition.NotEqual);
        c.jne(tests[1]);
        c.cmp(rdi, rsi);
        c.jne(take);
        c.jmp(next);
        c.Label(ref tests[1]);
        c.cmp(ecx, (int)Condition.Less);
        c.jne(tests[2]);
        c.cmp(rdi, rsi);
        c.jl(take);
        c.jmp(next);
        c.Label(ref tests[2]);
        c.cmp(rdi, rsi);
        c.jge(take);
        c.jmp(next);
    }

    private static void EmitCpuId(Assembler c, Label next)
    {
        // cpuid overwrites rbx, our operation pointer: keep it in r14; the mask (r10) and register number (rdx) in r12, r13.
        Label[] not = [c.CreateLabel(), c.CreateLabel(), c.CreateLabel()];
        c.mov(r14, rbx);
        c.mov(r13, rdx);
        c.mov(r12, r10);
        c.mov(eax, edi);
        c.mov(ecx, esi);
        c.cpuid();
        c.mov(rbp, rbx);
        c.mov(rbx, r14);
        c.cmp(r13, 1);
        c.jne(not[0]);
        c.mov(eax, ebp);
        c.Label(ref not[0]);
        c.cmp(r13, 2);
        c.jne(not[1]);
        c.mov(eax, ecx);
        c.Label(ref not[1]);
        c.cmp(r13, 3);
        c.jne(not[2]);
        c.mov(eax, edx);
        c.Label(ref not[2]);
        c.and(eax, r12d);
        c.cmp(eax, r12d);
        c.mov(eax, 0);
        c.sete(al);
        c.jmp(next);
    }
}
