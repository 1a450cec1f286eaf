using System.Buffers.Binary;
using Shouldly;
using Xunit;
using Yadokari.Engine.Freeze;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Freeze;

public class CallFilterTests
{
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint Fail = 0x50001;
    private const ushort Load = 0x20;
    private const ushort Equal = 0x15;
    private const ushort Return = 0x06;

    [Fact]
    public void What_a_list_of_the_forbidden_does_not_name_is_allowed()
    {
        CallFilter filter = Of((Load, 0, 0, 4), (Equal, 1, 0, 0xc000003e), (Return, 0, 0, Kill), (Load, 0, 0, 0), (Equal, 0, 1, (uint)SystemCall.Munmap), (Return, 0, 0, Fail), (Return, 0, 0, Allow));
        filter.Allows(SystemCall.Mmap).ShouldBeTrue();
        filter.Allows(SystemCall.Munmap).ShouldBeFalse();
    }

    [Fact]
    public void What_depends_on_arguments_is_not_relied_on()
    {
        CallFilter filter = Of((Load, 0, 0, 0), (Equal, 0, 3, (uint)SystemCall.Mmap), (Load, 0, 0, 16), (Equal, 0, 1, 7), (Return, 0, 0, Fail), (Return, 0, 0, Allow));
        filter.Allows(SystemCall.Mmap).ShouldBeFalse();
        filter.Allows(SystemCall.Munmap).ShouldBeTrue();
    }

    [Fact]
    public void Its_registers_and_memory_are_followed()
    {
        // A = nr; M[3] = A; X = M[3]; A = 1; A += X; A == nr + 1?
        CallFilter filter = Of((Load, 0, 0, 0), (0x02, 0, 0, 3), (0x61, 0, 0, 3), (0x00, 0, 0, 1), (0x0c, 0, 0, 0), (Equal, 0, 1, (uint)SystemCall.Mmap + 1), (Return, 0, 0, Allow), (Return, 0, 0, Kill));
        filter.Allows(SystemCall.Mmap).ShouldBeTrue();
        filter.Allows(SystemCall.Munmap).ShouldBeFalse();
    }

    [Fact]
    public void A_way_without_an_end_allows_nothing()
    {
        Of((Load, 0, 0, 0)).Allows(SystemCall.Mmap).ShouldBeFalse();
        Of((0x05, 0, 0, 0x7fffffff), (Return, 0, 0, Allow)).Allows(SystemCall.Mmap).ShouldBeFalse();
    }

    [Fact]
    public void A_listener_or_tracer_that_is_asked_is_seen()
    {
        Of((Return, 0, 0, 0x7fc00000)).AsksOthers.ShouldBeTrue();
        Of((Return, 0, 0, 0x7ff00001)).AsksOthers.ShouldBeTrue();
        Of((Return, 0, 0, Fail)).AsksOthers.ShouldBeFalse();
    }

    private static CallFilter Of(params (ushort Code, byte True, byte False, uint Value)[] instructions)
    {
        byte[] program = new byte[instructions.Length * 8];
        for (int i = 0; i < instructions.Length; i++)
        {
            (ushort code, byte whenTrue, byte whenFalse, uint value) = instructions[i];
            BinaryPrimitives.WriteUInt16LittleEndian(program.AsSpan(i * 8), code);
            program[(i * 8) + 2] = whenTrue;
            program[(i * 8) + 3] = whenFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan((i * 8) + 4), value);
        }

        return new CallFilter(program, Logs: false);
    }
}
