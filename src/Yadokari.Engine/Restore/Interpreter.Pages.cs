using Iced.Intel;
using Yadokari.Linux;
using static Iced.Intel.AssemblerRegisters;

namespace Yadokari.Engine.Restore;

/// <content>Pages: checksums, reading, comparing.</content>
public static partial class Interpreter
{
    /// <summary>No stack, so the return address goes in rcx's stead: r11.</summary>
    private static void call_checksum(this Assembler c, Label checksum)
    {
        Label back = c.CreateLabel();
        c.lea(r11, __[back]);
        c.jmp(checksum);
        c.Label(ref back);
        c.nop(); // the assembler takes one label an instruction, and the loop's follows
    }

    /// <summary>rsi = bytes, rdx = count, a multiple of 32 → eax. Four CRC-32C lanes over the quarters, so that the
    /// instruction's latency of three cycles does not count; the same as <see cref="Checksum.Compute"/>.</summary>
    private static void EmitChecksum(Assembler c, Label checksum)
    {
        Label step = c.CreateLabel();
        Label done = c.CreateLabel();
        c.Label(ref checksum);
        c.shr(rdx, 2); // bytes of a quarter
        c.lea(r9, __[rdx + (rdx * 2)]);
        c.or(eax, -1);
        c.mov(ecx, eax);
        c.mov(r8d, eax);
        c.mov(r10d, eax);
        c.lea(rdi, __[rsi + rdx]);
        c.Label(ref step);
        c.cmp(rsi, rdi);
        c.jae(done);
        c.crc32(rax, __qword_ptr[rsi]);
        c.crc32(rcx, __qword_ptr[rsi + rdx]);
        c.crc32(r8, __qword_ptr[rsi + (rdx * 2)]);
        c.crc32(r10, __qword_ptr[rsi + r9]);
        c.add(rsi, 8);
        c.jmp(step);
        c.Label(ref done);
        c.crc32(rax, rcx);
        c.crc32(rax, r8);
        c.crc32(rax, r10);
        c.jmp(r11);
    }

    /// <summary>rdi = file, rsi = where the bytes belong, rdx = how many, r10 = their offset, r8 = checksum, r9 = <see cref="ReadBuffer"/>.
    /// The kernel writes to the buffer, which is warm after the first piece; the bytes are copied from there. Where an address space's
    /// pages are shadowed by a hypervisor the first touch of a page is dear, and dear twice when kernel and program both do it.</summary>
    private static void EmitReadChecked(Assembler c, Label next, Label fail, Label checksum, Label damaged)
    {
        // On the buffer's first bytes: what the checksum's registers and a second reader in the same memory leave no other place for.
        const int File = 0;
        const int Offset = 8;
        const int Expected = 16;
        const int PieceLength = 24;
        Label piece = c.CreateLabel();
        Label more = c.CreateLabel();
        Label full = c.CreateLabel();
        c.mov(r14, r9);
        c.mov(__[r14 + File], rdi);
        c.mov(__[r14 + Offset], r10);
        c.mov(__[r14 + Expected], r8);
        c.mov(r12, rsi);
        c.mov(r13, rdx);
        c.or(ebp, -1);
        c.Label(ref piece);
        c.mov(edx, ReadBuffer.Piece);
        c.cmp(rdx, r13);
        c.cmova(rdx, r13);
        c.mov(__[r14 + PieceLength], rdx);
        c.mov(rdi, __[r14 + File]);
        c.mov(r10, __[r14 + Offset]);
        c.lea(rsi, __[r14 + ReadBuffer.Head]);
        c.Label(ref more);
        c.test(rdx, rdx);
        c.jz(full);
        EmitCall(c, SystemCall.Pread64);
        c.test(rax, rax);
        c.js(fail);
        c.jz(damaged); // the file ends too early
        c.add(rsi, rax);
        c.add(r10, rax);
        c.sub(rdx, rax);
        c.jmp(more);
        c.Label(ref full);
        c.mov(__[r14 + Offset], r10);
        c.lea(rsi, __[r14 + ReadBuffer.Head]);
        c.mov(rdx, __[r14 + PieceLength]);
        c.call_checksum(checksum);
        c.crc32(rbp, rax);
        c.lea(rsi, __[r14 + ReadBuffer.Head]);
        c.mov(rdi, r12);
        c.mov(rcx, __[r14 + PieceLength]);
        c.sub(r13, rcx);
        c.cld();
        c.rep.movsb();
        c.mov(r12, rdi);
        c.test(r13, r13);
        c.jnz(piece);
        c.cmp(ebp, __dword_ptr[r14 + Expected]);
        c.jne(damaged);
        c.jmp(next);
    }

    /// <summary>rdi = file, rsi = other file, rdx = bytes, r10 and r8 = their offsets, r9 = two <see cref="ReadBuffer"/>s → rax.</summary>
    private static void EmitSameBytes(Assembler c, Label next)
    {
        const int File = 0;
        const int Other = 8;
        const int PieceLength = 16;
        const int OtherPiece = ReadBuffer.Length;
        Label piece = c.CreateLabel();
        Label more = c.CreateLabel();
        Label moreOther = c.CreateLabel();
        Label full = c.CreateLabel();
        Label ended = c.CreateLabel();
        Label differ = c.CreateLabel();
        c.mov(r14, r9);
        c.mov(__[r14 + File], rdi);
        c.mov(__[r14 + Other], rsi);
        c.mov(r13, rdx);
        c.mov(r12, r10);
        c.mov(rbp, r8);
        c.Label(ref piece);
        c.mov(edx, ReadBuffer.Piece);
        c.cmp(rdx, r13);
        c.cmova(rdx, r13);
        c.mov(__[r14 + PieceLength], rdx);
        c.mov(rdi, __[r14 + File]);
        c.mov(r10, r12);
        c.lea(rsi, __[r14 + ReadBuffer.Head]);
        c.Label(ref more);
        EmitCall(c, SystemCall.Pread64);
        c.test(rax, rax);
        c.jle(differ);
        c.add(rsi, rax);
        c.add(r10, rax);
        c.sub(rdx, rax);
        c.jnz(more);
        c.mov(r12, r10);
        c.mov(rdx, __[r14 + PieceLength]);
        c.mov(rdi, __[r14 + Other]);
        c.mov(r10, rbp);
        c.lea(rsi, __[r14 + (OtherPiece + ReadBuffer.Head)]);
        c.Label(ref moreOther);
        EmitCall(c, SystemCall.Pread64);
        c.test(rax, rax);
        c.js(differ);
        c.jz(ended);
        c.add(rsi, rax);
        c.add(r10, rax);
        c.sub(rdx, rax);
        c.jnz(moreOther);
        c.jmp(full);
        c.Label(ref ended);
        c.add(r10, rdx);
        c.mov(rcx, rdx);
        c.mov(rdi, rsi);
        c.xor(eax, eax);
        c.cld();
        c.rep.stosb();
        c.Label(ref full);
        c.mov(rbp, r10);
        c.mov(rcx, __[r14 + PieceLength]);
        c.sub(r13, rcx);
        c.shr(rcx, 3);
        c.lea(rsi, __[r14 + ReadBuffer.Head]);
        c.lea(rdi, __[r14 + (OtherPiece + ReadBuffer.Head)]);
        c.cld();
        c.repe.cmpsq();
        c.jne(differ);
        c.test(r13, r13);
        c.jnz(piece);
        c.mov(eax, 1);
        c.jmp(next);
        c.Label(ref differ);
        c.xor(eax, eax);
        c.jmp(next);
    }
}
