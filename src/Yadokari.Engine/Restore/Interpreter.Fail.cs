using Iced.Intel;
using Yadokari.Linux;
using static Iced.Intel.AssemblerRegisters;

namespace Yadokari.Engine.Restore;

/// <content>Errors: one line, the error word, the end.</content>
public static partial class Interpreter
{
    /// <summary>rax = -errno or 0 (no error text): one line to the error descriptor, the error word, the end.</summary>
    private static void EmitFail(Assembler c, Label fail, Label damaged)
    {
        Label common = c.CreateLabel();
        Label write = c.CreateLabel();
        Label prefix = c.CreateLabel();
        Label colon = c.CreateLabel();
        Label newline = c.CreateLabel();
        Label damagedText = c.CreateLabel();
        Label texts = c.CreateLabel();
        const int known = 116; // up to EINPROGRESS: those of sockets too

        c.Label(ref damaged);
        c.lea(r12, __[damagedText]);
        c.xor(r13d, r13d);
        c.mov(ebp, 1);
        c.jmp(common);

        c.Label(ref fail);
        c.mov(r13, rax);
        c.neg(r13);
        c.mov(r12, __[rbx + 64]);
        c.mov(ebp, 5); // the host refused
        c.cmp(__byte_ptr[rbx], (sbyte)OperationKind.Fail);
        c.jne(common);
        c.mov(ebp, __dword_ptr[rbx + 4]);
        c.Label(ref common);
        Label first = c.CreateLabel();
        Label wait = c.CreateLabel();
        Label told = c.CreateLabel();
        c.mov(r14, __[r15 + RegionLayout.SharedPlaceOffset]);
        c.test(r14, r14);
        c.jz(first);
        c.add(r14, r15);
        c.mov(eax, 1);
        c.xchg(__dword_ptr[r14 + SharedLayout.Said], eax);
        c.test(eax, eax);
        c.jz(first);

        // Another has failed before, and says why: to end before it has would end it too, where it is a thread of this process.
        c.Label(ref wait);
        c.cmp(__dword_ptr[r14 + SharedLayout.Error], 0);
        c.jne(told);
        c.lea(rdi, __[r14 + SharedLayout.Error]);
        c.xor(esi, esi); // FUTEX_WAIT
        c.xor(edx, edx);
        c.xor(r10d, r10d);
        EmitCall(c, SystemCall.Futex);
        c.jmp(wait);
        c.Label(ref first);
        c.nop(); // the assembler takes one label an instruction
        void Piece(int index, Action address)
        {
            // iovec[index] = zero-terminated text at rsi
            Label scan = c.CreateLabel();
            Label end = c.CreateLabel();
            address();
            c.mov(rdi, rsi);
            c.Label(ref scan);
            c.test(rdi, rdi);
            c.jz(end);
            c.cmp(__byte_ptr[rdi], 0);
            c.je(end);
            c.inc(rdi);
            c.jmp(scan);
            c.Label(ref end);
            c.sub(rdi, rsi);
            c.mov(__[r15 + ScratchIoVectors + (index * 16)], rsi);
            c.mov(__[r15 + ScratchIoVectors + (index * 16) + 8], rdi);
        }

        Piece(0, () => c.lea(rsi, __[prefix]));
        Piece(1, () => c.mov(rsi, r12));
        c.mov(r10d, 2);
        c.test(r13, r13);
        c.jz(write);
        Piece(2, () => c.lea(rsi, __[colon]));
        Label unknown = c.CreateLabel();
        Label found = c.CreateLabel();
        Piece(3, () =>
        {
            c.cmp(r13, known - 1);
            c.ja(unknown);
            c.lea(rsi, __[texts]);
            c.movzx(eax, __word_ptr[rsi + (r13 * 2)]);
            c.add(rsi, rax);
            c.jmp(found);
            c.Label(ref unknown);
            c.lea(rsi, __[texts]);
            c.movzx(eax, __word_ptr[rsi]);
            c.add(rsi, rax);
            c.Label(ref found);
        });
        c.mov(r10d, 4);
        c.Label(ref write);
        c.mov(r14, r10);
        c.lea(rsi, __[newline]);
        c.shl(r10d, 4);
        c.mov(__[r15 + r10 + ScratchIoVectors], rsi);
        c.mov(__qword_ptr[r15 + r10 + ScratchIoVectors + 8], 1);
        c.mov(rdi, __[r15 + Slots + (WellKnownSlots.ErrorDescriptor.Index * 8)]);
        c.lea(rsi, __[r15 + ScratchIoVectors]);
        c.lea(rdx, __[r14 + 1]);
        c.mov(eax, 20); // writev
        c.syscall();

        // Tell whoever waits: the counters open, so that no wait can miss it.
        Label open = c.CreateLabel();
        c.mov(r12, __[r15 + RegionLayout.SharedPlaceOffset]);
        c.test(r12, r12);
        c.jz(told);
        c.add(r12, r15);
        c.mov(__dword_ptr[r12 + SharedLayout.FailStatus], ebp);
        c.mov(__dword_ptr[r12 + SharedLayout.Error], 1);
        c.lea(rdi, __[r12 + SharedLayout.Error]);
        EmitFutexWake(c);
        c.add(r12, SharedLayout.Counters);
        c.mov(r13, __[r15 + RegionLayout.CounterCountOffset]);
        c.Label(ref open);
        c.test(r13, r13);
        c.jz(told);
        c.mov(rdi, r12);
        c.@lock.or(__dword_ptr[rdi], SharedLayout.Opened);
        EmitFutexWake(c);
        c.add(r12, SharedLayout.Line);
        c.dec(r13);
        c.jmp(open);
        c.Label(ref told);
        c.mov(edi, ebp);
        EmitCall(c, SystemCall.Exit_group);

        c.Label(ref prefix);
        c.db("yadokari: \0"u8.ToArray());
        c.Label(ref colon);
        c.db(": \0"u8.ToArray());
        c.Label(ref newline);
        c.db("\n"u8.ToArray());
        c.Label(ref damagedText);
        c.db("the context file is damaged or cut short\0"u8.ToArray());
        c.Label(ref texts);
        using MemoryStream strings = new();
        byte[] offsets = new byte[known * 2];
        for (int i = 0; i < known; i++)
        {
            int offset = offsets.Length + (int)strings.Position;
            offsets[i * 2] = (byte)offset;
            offsets[(i * 2) + 1] = (byte)(offset >> 8);
            string text = i == 0 ? "unexpected error" : Errno.Message(i);
            strings.Write(System.Text.Encoding.ASCII.GetBytes(text + "\0"));
        }

        c.db(offsets);
        c.db(strings.ToArray());
    }
}
