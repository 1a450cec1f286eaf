using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Linux.Elf;

/// <summary>Replaces the functions of a vdso by plain system calls (vdso(7)).</summary>
public static class VdsoPatch
{
    private const int DynamicSymbols = 11; // SHT_DYNSYM
    private const int SymbolLength = 24;
    private const int FunctionType = 2;

    /// <summary>A copy whose exported functions are <c>mov eax,NR; syscall; ret</c>.</summary>
    /// <exception cref="InvalidDataException">Not an ELF file, or a function has no room.</exception>
    public static byte[] WithSystemCalls(ReadOnlySpan<byte> vdso)
    {
        byte[] copy = vdso.ToArray();
        if (vdso.Length < 64 || !vdso[..4].SequenceEqual("\u007fELF"u8))
        {
            throw new InvalidDataException("the vdso is no ELF file");
        }

        long sections = BinaryPrimitives.ReadInt64LittleEndian(vdso[40..]);
        int sectionLength = BinaryPrimitives.ReadUInt16LittleEndian(vdso[58..]);
        int sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(vdso[60..]);
        for (int i = 0; i < sectionCount; i++)
        {
            ReadOnlySpan<byte> section = vdso[(int)(sections + (i * sectionLength))..];
            if (BinaryPrimitives.ReadInt32LittleEndian(section[4..]) == DynamicSymbols)
            {
                int link = BinaryPrimitives.ReadInt32LittleEndian(section[40..]);
                ReadOnlySpan<byte> strings = vdso[(int)(sections + (link * sectionLength))..];
                Patch(
                    copy,
                    (int)BinaryPrimitives.ReadInt64LittleEndian(section[24..]),
                    (int)BinaryPrimitives.ReadInt64LittleEndian(section[32..]),
                    (int)BinaryPrimitives.ReadInt64LittleEndian(strings[24..]));
            }
        }

        return copy;
    }

    private static void Patch(byte[] vdso, int symbols, int length, int strings)
    {
        for (int at = symbols; at < symbols + length; at += SymbolLength)
        {
            ReadOnlySpan<byte> symbol = vdso.AsSpan(at, SymbolLength);
            int address = (int)BinaryPrimitives.ReadInt64LittleEndian(symbol[8..]);
            if ((symbol[4] & 0xf) != FunctionType || address == 0)
            {
                continue;
            }

            ReadOnlySpan<byte> name = vdso.AsSpan(strings + BinaryPrimitives.ReadInt32LittleEndian(symbol));
            int? number = Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) switch
            {
                "__vdso_clock_gettime" or "clock_gettime" => 228,
                "__vdso_gettimeofday" or "gettimeofday" => 96,
                "__vdso_time" or "time" => 201,
                "__vdso_getcpu" or "getcpu" => 309,
                "__vdso_clock_getres" or "clock_getres" => 229,
                "__vdso_getrandom" or "getrandom" => 318,
                _ => null,
            };
            if (number is not null)
            {
                Span<byte> code = vdso.AsSpan(address, 8);
                code[0] = 0xb8;
                BinaryPrimitives.WriteInt32LittleEndian(code[1..], number.Value);
                code[5] = 0x0f;
                code[6] = 0x05;
                code[7] = 0xc3;
            }
        }
    }
}
