using System.Buffers.Binary;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Tests.Context;
using Yadokari.Linux.Elf;

namespace Yadokari.Engine.Tests.Resources.Memory;

/// <summary>On this kernel's own vdso, with a reader of ELF symbols of the tests' own.</summary>
public class VdsoPatchTests
{
    [Fact]
    public void Every_exported_function_becomes_its_system_call()
    {
        byte[] vdso = Vdso.Own();
        byte[] patched = VdsoPatch.WithSystemCalls(vdso);
        patched.Length.ShouldBe(vdso.Length);
        Dictionary<string, int> functions = Functions(vdso);
        functions.Keys.ShouldContain("__vdso_clock_gettime");
        Dictionary<string, int> numbers = new()
        {
            ["clock_gettime"] = 228,
            ["gettimeofday"] = 96,
            ["time"] = 201,
            ["getcpu"] = 309,
            ["clock_getres"] = 229,
            ["getrandom"] = 318,
        };
        foreach ((string name, int at) in functions)
        {
            string plain = name.Replace("__vdso_", "", StringComparison.Ordinal);
            numbers.Keys.ShouldContain(plain, $"the vdso has a function {name} that is not replaced");
            byte[] expected = [0xb8, .. BitConverter.GetBytes(numbers[plain]), 0x0f, 0x05, 0xc3];
            patched.AsSpan(at, 8).ToArray().ShouldBe(expected, name);
        }
    }

    [Fact]
    public void Nothing_else_is_changed()
    {
        byte[] vdso = Vdso.Own();
        byte[] patched = VdsoPatch.WithSystemCalls(vdso);
        HashSet<int> places = [.. Functions(vdso).Values];
        for (int i = 0; i < vdso.Length; i++)
        {
            if (!places.Any(at => i >= at && i < at + 8))
            {
                patched[i].ShouldBe(vdso[i], $"offset {i}");
            }
        }
    }

    [Fact]
    public void Patching_twice_is_patching_once()
    {
        byte[] once = VdsoPatch.WithSystemCalls(Vdso.Own());
        VdsoPatch.WithSystemCalls(once).ShouldBe(once);
    }

    [Fact]
    public void What_is_no_elf_file_is_refused_as_such()
    {
        Should.Throw<InvalidDataException>(() => VdsoPatch.WithSystemCalls([]));
        Should.Throw<InvalidDataException>(() => VdsoPatch.WithSystemCalls(new byte[100]));
    }

    private static Dictionary<string, int> Functions(byte[] elf)
    {
        Dictionary<string, int> functions = [];
        long Long(long at) => BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan((int)at));
        int Int(long at) => BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan((int)at));
        long sections = Long(40);
        for (int i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(60)); i++)
        {
            long section = sections + (i * 64);
            if (Int(section + 4) != 11)
            {
                continue;
            }

            long names = Long(sections + (Int(section + 40) * 64) + 24);
            for (long symbol = Long(section + 24); symbol < Long(section + 24) + Long(section + 32); symbol += 24)
            {
                if ((elf[symbol + 4] & 15) == 2 && Long(symbol + 8) != 0)
                {
                    int start = (int)names + Int(symbol);
                    int end = Array.IndexOf(elf, (byte)0, start);
                    functions[Encoding.ASCII.GetString(elf, start, end - start)] = (int)Long(symbol + 8);
                }
            }
        }

        return functions;
    }
}
