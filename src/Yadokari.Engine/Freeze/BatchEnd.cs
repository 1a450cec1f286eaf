using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// What a thread does behind the last operation of a batch, in the range borrowed for it: it says that it has come so far
/// and waits to be fetched; when nobody comes for as long as the lease lasts, it goes home by the <see cref="Landing"/>.
/// It waits by ppoll, since a sleep would make the kernel forget for how long the program's own call was to wait.
/// <code>
/// done ─ magic ─ time (2 × 8) ─ landing ─ rsp ─ rflags ─ code
/// </code>
/// </summary>
internal static class BatchEnd
{
    private const ulong Magic = 0x7461626f64617921; // "!yadobat"

    private const int At = RegionLayout.BatchEndOffset;

    private const int MagicOffset = 8;
    private const int CodeOffset = 64;
    private const int Length = 192;

    /// <summary>Where it is told that the batch is over: 0 until then.</summary>
    public static RemoteAddress Done(RemoteAddress region) => region + At;

    /// <summary>Where the plan goes on behind its end.</summary>
    public static RemoteAddress Entry(RemoteAddress region) => region + At + CodeOffset;

    /// <summary>Whether a thread has told so, or the range is gone: memory of the program may be in its place.</summary>
    public static bool IsOver(FrozenProcess tree, RemoteAddress region)
    {
        Span<byte> words = stackalloc byte[MagicOffset + sizeof(ulong)];
        return tree.Memory.Read(Done(region), words) != words.Length || BinaryPrimitives.ReadUInt64LittleEndian(words) != 0 || BinaryPrimitives.ReadUInt64LittleEndian(words[MagicOffset..]) != Magic;
    }

    /// <summary>Whether a range is one that a batch was run in.</summary>
    public static bool IsRegion(FrozenProcess tree, RemoteAddress region)
    {
        byte[] magic = new byte[sizeof(ulong)];
        return tree.Memory.Read(region + At + MagicOffset, magic) == magic.Length && BinaryPrimitives.ReadUInt64LittleEndian(magic) == Magic;
    }

    /// <summary>Bytes for one thread, to be written at <see cref="Done"/>.</summary>
    /// <param name="unmap">Where it goes home.</param>
    /// <param name="regionLength">Bytes of the range.</param>
    public static byte[] Encode(Registers home, RemoteAddress unmap, int regionLength, TimeSpan lease)
    {
        byte[] bytes = new byte[Length];
        Span<byte> data = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(data[MagicOffset..], Magic);
        BinaryPrimitives.WriteInt64LittleEndian(data[16..], (long)lease.TotalSeconds);
        BinaryPrimitives.WriteInt64LittleEndian(data[24..], lease.Milliseconds * 1_000_000L);
        BinaryPrimitives.WriteUInt64LittleEndian(data[32..], unmap.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(data[40..], home.Rsp);
        BinaryPrimitives.WriteUInt64LittleEndian(data[48..], home.Eflags);
        int end = CodeOffset;
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

        Emit([0x48, 0xff, 0x05]); // inc qword [rip…]
        EmitRelative(0);
        Emit([0x31, 0xff]); // xor edi, edi
        Emit([0x31, 0xf6]); // xor esi, esi
        Emit([0x48, 0x8d, 0x15]); // lea rdx, [rip…]
        EmitRelative(16);
        Emit([0x45, 0x31, 0xd2]); // xor r10d, r10d
        EmitNumber([0x41, 0xb8], sizeof(ulong)); // mov r8d, 8
        EmitNumber([0xb8], (int)SystemCall.Ppoll); // mov eax, …
        Emit([0x0f, 0x05]); // syscall
        Emit([0x48, 0x8d, 0x25]); // lea rsp, [rip…]
        EmitRelative(48);
        Emit([0x9d]); // popfq; only moves from here on
        Emit([0x48, 0x8b, 0x25]); // mov rsp, [rip…]
        EmitRelative(40);
        Emit([0x4c, 0x89, 0xff]); // mov rdi, r15
        EmitNumber([0xbe], regionLength); // mov esi, …
        EmitNumber([0xb8], (int)SystemCall.Munmap); // mov eax, …
        Emit([0xff, 0x25]); // jmp [rip…]
        EmitRelative(32);
        return bytes;

        void EmitRelative(int offset)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(end), offset - (end + sizeof(int)));
            end += sizeof(int);
        }
    }
}
