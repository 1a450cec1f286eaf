using Iced.Intel;
using Yadokari.Linux;
using static Iced.Intel.AssemblerRegisters;

namespace Yadokari.Engine.Restore;

/// <content>Entry, waiting, numbers and the end.</content>
public static partial class Interpreter
{
    private const int AtSysinfoEhdr = 33;
    private const int AtExecFn = 31;

    private static void EmitEntry(Assembler c, Label start, Label loop, Label checksum, Label damaged)
    {
        Label moved = c.CreateLabel("moved");
        c.Label(ref start);
        c.lea(r14, __[start]);
        c.mov(r15, __[r14 + RegionLayout.HeaderOffset]);
        c.mov(r13, __[r14 + RegionLayout.HeaderOffset + 8]);

        // The region's final place: anonymous memory, so that nothing of the file stays mapped.
        c.mov(rdi, r15);
        c.mov(rsi, __[r14 + RegionLayout.HeaderOffset + 16]);
        c.mov(edx, 7);
        c.mov(r10d, 0x104022); // MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|MAP_FIXED_NOREPLACE
        c.mov(r8, -1);
        c.xor(r9d, r9d);
        EmitCall(c, SystemCall.Mmap);
        c.cmp(rax, r15);
        Label mapped = c.CreateLabel();
        c.je(mapped);
        c.mov(edi, 5);
        EmitCall(c, SystemCall.Exit_group);
        c.Label(ref mapped);
        c.mov(rsi, r14);
        c.mov(rdi, r15);
        c.mov(rcx, r13);
        c.cld();
        c.rep.movsb();
        c.lea(rax, __[moved]);
        c.sub(rax, r14);
        c.add(rax, r15);
        c.jmp(rax);

        c.Label(ref moved);
        c.mov(rbp, rsp);
        c.mov(__qword_ptr[r15 + Slots + (WellKnownSlots.Control.Index * 8)], -1);
        c.mov(__qword_ptr[r15 + Slots + (WellKnownSlots.ExitFile.Index * 8)], -1);
        c.mov(__qword_ptr[r15 + Slots + (WellKnownSlots.ErrorDescriptor.Index * 8)], 2);

        // Code, then operations and data, against the header's checksum.
        c.mov(rsi, r15);
        c.mov(edx, RegionLayout.HeaderOffset);
        c.call_checksum(checksum);
        c.mov(r12d, eax);
        c.lea(rsi, __[r15 + RegionLayout.OperationsOffset]);
        c.lea(rdx, __[r13 - RegionLayout.OperationsOffset]);
        c.call_checksum(checksum);
        c.shl(rax, 32);
        c.or(rax, r12);
        c.cmp(rax, __[r15 + RegionLayout.HeaderOffset + 24]);
        c.jne(damaged);

        // argv: FILE @yado CONTROL EXIT FLAGS
        Label plain = c.CreateLabel();
        c.mov(rax, __[rbp]);
        c.cmp(rax, 5);
        c.jne(plain);
        c.mov(rsi, __[rbp + 16]);
        c.cmp(__dword_ptr[rsi], 0x64617940); // "@yad"
        c.jne(plain);
        for (int i = 0; i < 3; i++)
        {
            Label digit = c.CreateLabel();
            Label done = c.CreateLabel();
            c.mov(rsi, __[rbp + 24 + (8 * i)]);
            c.xor(eax, eax);
            c.Label(ref digit);
            c.movzx(ecx, __byte_ptr[rsi]);
            c.sub(ecx, '0');
            c.cmp(ecx, 9);
            c.ja(done);
            c.imul(eax, eax, 10);
            c.add(eax, ecx);
            c.inc(rsi);
            c.jmp(digit);
            c.Label(ref done);
            c.cdqe();
            Label given = c.CreateLabel();
            c.cmp(eax, 999999); // "none"
            c.jne(given);
            c.mov(rax, -1);
            c.Label(ref given);
            c.mov(__[r15 + Slots + (i * 8)], rax);
        }

        c.Label(ref plain);

        // The auxiliary vector lies behind the environment.
        Label environment = c.CreateLabel();
        Label auxiliary = c.CreateLabel();
        Label nextAuxiliary = c.CreateLabel();
        Label run = c.CreateLabel();
        Label notVdso = c.CreateLabel();
        c.mov(rax, __[rbp]);
        c.lea(rsi, __[rbp + (rax * 8) + 16]);
        c.mov(__[r15 + Slots + (WellKnownSlots.Environment.Index * 8)], rsi);
        c.Label(ref environment);
        c.mov(rax, __[rsi]);
        c.add(rsi, 8);
        c.test(rax, rax);
        c.jnz(environment);
        c.Label(ref auxiliary);
        c.mov(rax, __[rsi]);
        c.mov(rcx, __[rsi + 8]);
        c.test(rax, rax);
        c.jz(run);
        c.cmp(rax, AtSysinfoEhdr);
        c.jne(notVdso);
        c.mov(__[r15 + Slots + (WellKnownSlots.Vdso.Index * 8)], rcx);
        c.Label(ref notVdso);
        c.cmp(rax, AtExecFn);
        c.jne(nextAuxiliary);
        c.mov(__[r15 + Slots + (WellKnownSlots.ExecName.Index * 8)], rcx);
        c.Label(ref nextAuxiliary);
        c.add(rsi, 16);
        c.jmp(auxiliary);
        c.Label(ref run);
        c.lea(rbx, __[r15 + RegionLayout.OperationsOffset]);
        c.jmp(loop);
    }

    /// <summary>rdi = counter, rsi = wanted, rdx = error word, r10 = a child whose end is an error too (0: none).
    /// Sleeps in slices, since a killed child cannot say so.</summary>
    private static void EmitWaitCount(Assembler c, Label next, Label take)
    {
        Label again = c.CreateLabel();
        Label noChild = c.CreateLabel();
        c.mov(r12, rdi);
        c.mov(r13, rsi);
        c.mov(rbp, rdx);
        c.mov(r14, r10);
        c.mov(__qword_ptr[r15 + ScratchTime], 0);
        c.mov(__qword_ptr[r15 + ScratchTime + 8], WaitSliceNanoseconds);
        c.Label(ref again);
        Label noErrorWord = c.CreateLabel();
        c.test(rbp, rbp);
        c.jz(noErrorWord);
        c.cmp(__dword_ptr[rbp], 0);
        c.jne(take);
        c.Label(ref noErrorWord);
        c.mov(edx, __dword_ptr[r12]);
        c.cmp(edx, r13d);
        c.jae(next);
        c.mov(rdi, r12);
        c.xor(esi, esi); // FUTEX_WAIT, shared: across processes
        c.lea(r10, __[r15 + ScratchTime]);
        Label timed = c.CreateLabel();
        c.test(r14, r14);
        c.jnz(timed);
        c.xor(r10d, r10d);
        c.Label(ref timed);
        c.xor(r8d, r8d);
        c.xor(r9d, r9d);
        EmitCall(c, SystemCall.Futex);
        c.test(r14, r14);
        c.jz(noChild);
        c.cmp(rax, -110); // ETIMEDOUT
        c.jne(noChild);
        c.mov(rdi, r14);
        c.xor(esi, esi);
        c.mov(edx, 0x40000001); // __WALL|WNOHANG
        c.xor(r10d, r10d);
        EmitCall(c, SystemCall.Wait4);
        c.test(rax, rax);
        c.jnz(take);
        c.Label(ref noChild);
        c.jmp(again);
    }

    private static void EmitFutexWake(Assembler c)
    {
        c.mov(esi, 1); // FUTEX_WAKE
        c.mov(edx, int.MaxValue);
        c.xor(r10d, r10d);
        EmitCall(c, SystemCall.Futex);
    }

    /// <summary>rdi = child, rsi = 1 when signals made by the terminal are passed on as well.</summary>
    private static void EmitReap(Assembler c, Label next)
    {
        Label check = c.CreateLabel();
        Label ended = c.CreateLabel();
        Label pass = c.CreateLabel();
        Label noChildren = c.CreateLabel();
        c.mov(r14, rdi);
        c.mov(r13, rsi);
        c.Label(ref check);
        c.mov(rdi, -1);
        c.lea(rsi, __[r15 + ScratchStatus]);
        c.mov(edx, 0x40000001); // __WALL|WNOHANG
        c.xor(r10d, r10d);
        EmitCall(c, SystemCall.Wait4);
        c.cmp(rax, r14);
        c.je(ended);
        c.test(rax, rax);
        c.jg(check);
        c.cmp(rax, -Errno.ECHILD);
        c.je(noChildren);
        c.mov(__qword_ptr[r15 + ScratchMask], -1);
        c.lea(rdi, __[r15 + ScratchMask]);
        c.lea(rsi, __[r15 + ScratchSigInfo]);
        c.xor(edx, edx);
        c.mov(r10d, 8);
        EmitCall(c, SystemCall.Rt_sigtimedwait);
        c.test(rax, rax);
        c.js(check);
        c.cmp(eax, 17); // SIGCHLD
        c.je(check);
        c.mov(rsi, rax);
        c.test(r13, r13);
        c.jnz(pass);
        c.cmp(__dword_ptr[r15 + ScratchSigInfo + 8], 0x80); // si_code SI_KERNEL: the child's group got it too
        c.je(check);
        c.Label(ref pass);
        c.mov(rdi, r14);
        EmitCall(c, SystemCall.Kill);
        c.jmp(check);
        c.Label(ref noChildren);
        c.mov(eax, 0xff00);
        c.jmp(next);
        c.Label(ref ended);
        c.mov(eax, __dword_ptr[r15 + ScratchStatus]);
        c.jmp(next);
    }

    private static void EmitExitAs(Assembler c)
    {
        Label exited = c.CreateLabel();
        c.mov(r14, rdi);
        c.test(edi, 0x7f);
        c.jz(exited);
        // No second core file for the same death.
        c.mov(__qword_ptr[r15 + ScratchTime], 0);
        c.mov(__qword_ptr[r15 + ScratchTime + 8], 0);
        c.mov(edi, 4);
        c.lea(rsi, __[r15 + ScratchTime]);
        EmitCall(c, SystemCall.Setrlimit);
        c.mov(edi, 2); // SIG_SETMASK
        c.lea(rsi, __[r15 + ScratchTime]);
        c.xor(edx, edx);
        c.mov(r10d, 8);
        EmitCall(c, SystemCall.Rt_sigprocmask);
        EmitCall(c, SystemCall.Getpid);
        c.mov(edi, eax);
        c.mov(esi, r14d);
        c.and(esi, 0x7f);
        EmitCall(c, SystemCall.Kill);
        c.mov(edi, r14d);
        c.and(edi, 0x7f);
        c.add(edi, 128);
        EmitCall(c, SystemCall.Exit_group);
        c.Label(ref exited);
        c.mov(edi, r14d);
        c.shr(edi, 8);
        c.and(edi, 0xff);
        EmitCall(c, SystemCall.Exit_group);
    }

    private static void EmitAppendDecimal(Assembler c, Label next)
    {
        Label positive = c.CreateLabel();
        Label digit = c.CreateLabel();
        Label copy = c.CreateLabel();
        c.mov(r12, rdi);
        c.mov(rdi, __[r12]);
        c.mov(rax, rsi);
        c.test(rax, rax);
        c.jns(positive);
        c.neg(rax);
        c.mov(__byte_ptr[rdi], (sbyte)'-');
        c.inc(rdi);
        c.Label(ref positive);
        c.lea(rsi, __[r15 + ScratchDigits + 32]);
        c.lea(r13, __[r15 + ScratchDigits + 32]);
        c.mov(r8d, 10);
        c.Label(ref digit);
        c.xor(edx, edx);
        c.div(r8);
        c.add(edx, '0');
        c.dec(rsi);
        c.mov(__[rsi], dl);
        c.test(rax, rax);
        c.jnz(digit);
        c.Label(ref copy);
        c.mov(al, __byte_ptr[rsi]);
        c.mov(__[rdi], al);
        c.inc(rsi);
        c.inc(rdi);
        c.cmp(rsi, r13);
        c.jb(copy);
        c.mov(__[r12], rdi);
        c.jmp(next);
    }

    private static void EmitParseDecimal(Assembler c, Label next)
    {
        Label skip = c.CreateLabel();
        Label sign = c.CreateLabel();
        Label digit = c.CreateLabel();
        Label done = c.CreateLabel();
        Label positive = c.CreateLabel();
        c.mov(r12, rdi);
        c.mov(rsi, __[r12]);
        c.xor(eax, eax);
        c.xor(r8d, r8d);
        c.Label(ref skip);
        c.movzx(ecx, __byte_ptr[rsi]);
        c.test(ecx, ecx);
        c.jz(done);
        c.cmp(ecx, '-');
        c.je(sign);
        c.sub(ecx, '0');
        c.cmp(ecx, 9);
        c.jbe(digit);
        c.inc(rsi);
        c.jmp(skip);
        c.Label(ref sign);
        c.inc(r8d);
        c.inc(rsi);
        c.Label(ref digit);
        c.movzx(ecx, __byte_ptr[rsi]);
        c.sub(ecx, '0');
        c.cmp(ecx, 9);
        c.ja(done);
        c.imul(rax, rax, 10);
        c.add(rax, rcx);
        c.inc(rsi);
        c.jmp(digit);
        c.Label(ref done);
        c.test(r8d, r8d);
        c.jz(positive);
        c.neg(rax);
        c.Label(ref positive);
        c.mov(__[r12], rsi);
        c.jmp(next);
    }
}
