using System.Buffers.Binary;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

/// <content>Bytes, numbers and the processor.</content>
public partial class InterpreterTests
{
    [Theory]
    [InlineData("", "", 1)]
    [InlineData("same bytes", "same bytes", 1)]
    [InlineData("same bytes", "same byteS", 0)]
    [InlineData("Same bytes", "same bytes", 0)]
    public void Memory_equal_compares_bytes(string left, string right, long expected)
    {
        PlanBuilder plan = new();
        Slot result = plan.NewSlot();
        plan.Do(OperationKind.MemoryEqual, result, plan.Bytes(Encoding.ASCII.GetBytes(left)), plan.Bytes(Encoding.ASCII.GetBytes(right)), left.Length);
        Emit(plan, result);
        Number(PlanProcess.Run(plan).Output).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0L, "0")]
    [InlineData(7L, "7")]
    [InlineData(-1L, "-1")]
    [InlineData(1234567890123L, "1234567890123")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    public void Append_decimal_writes_signed_numbers_between_other_text(long value, string text)
    {
        PlanBuilder plan = new();
        DataReference room = plan.Room(64);
        Slot end = plan.NewSlot();
        Slot length = plan.NewSlot();
        plan.Set(end, room);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(end), plan.Bytes("<"u8), 1);
        plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(end), value);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(end), plan.Bytes(">\n"u8), 2);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(end), room, 0);
        plan.Do(OperationKind.Subtract, length, end, room);
        plan.Call(null, SystemCall.Write, 1, room, length);
        Exit(plan, 0);
        Encoding.ASCII.GetString(PlanProcess.Run(plan).Output).ShouldBe($"<{text}>\n");
    }

    [Fact]
    public void Parse_decimal_takes_one_number_after_the_other()
    {
        PlanBuilder plan = new();
        Slot at = plan.NewSlot();
        plan.Set(at, plan.Text("monotonic   -12 0\nboottime 9223372036854775807 -9223372036854775808 end"));
        DataReference room = plan.Room(48);
        for (int i = 0; i < 6; i++)
        {
            Slot value = plan.NewSlot();
            plan.Do(OperationKind.ParseDecimal, value, Argument.AddressOf(at));
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(room, (ulong)i * 8), value);
        }

        plan.Call(null, SystemCall.Write, 1, room, 48);
        Exit(plan, 0);
        byte[] output = PlanProcess.Run(plan).Output;
        Enumerable.Range(0, 6).Select(i => Number(output, i * 8)).ShouldBe([-12, 0, long.MaxValue, long.MinValue, 0, 0]);
    }

    [Fact]
    public void Arithmetic_wraps_and_masks()
    {
        PlanBuilder plan = new();
        DataReference room = plan.Room(32);
        Slot value = plan.NewSlot();
        plan.Do(OperationKind.Add, value, long.MaxValue, 1);
        plan.Do(OperationKind.Store64, null, room, value);
        plan.Do(OperationKind.Subtract, value, 3, 10);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(room, 8), value);
        plan.Do(OperationKind.And, value, -1, 0xff00ff00ff00ff0UL);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(room, 16), value);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(room, 24), -1);
        plan.Call(null, SystemCall.Write, 1, room, 32);
        Exit(plan, 0);
        byte[] output = PlanProcess.Run(plan).Output;
        Enumerable.Range(0, 4).Select(i => Number(output, i * 8)).ShouldBe([long.MinValue, -7, 0xff00ff00ff00ff0, 0xffffffff]);
    }

    [Fact]
    public void Loads_and_stores_have_their_width_and_slots_have_addresses()
    {
        PlanBuilder plan = new();
        DataReference room = plan.Bytes([1, 2, 3, 0x84, 5, 6, 7, 0x88]);
        Slot narrow = plan.NewSlot();
        Slot wide = plan.NewSlot();
        plan.Do(OperationKind.Load32, narrow, room);
        plan.Do(OperationKind.Load64, wide, room);
        plan.Call(null, SystemCall.Write, 1, Argument.AddressOf(narrow), 16); // neighbours
        Exit(plan, 0);
        byte[] output = PlanProcess.Run(plan).Output;
        Number(output).ShouldBe(0x84030201);
        Number(output, 8).ShouldBe(unchecked((long)0x8807060584030201));
    }

    [Fact]
    public void Cpu_id_tests_all_bits_of_a_mask_in_each_register()
    {
        PlanBuilder plan = new();
        DataReference room = plan.Room(9 * 8);
        (int a, int b, int c, int d) = System.Runtime.Intrinsics.X86.X86Base.CpuId(7, 0);
        uint[] registers = [(uint)a, (uint)b, (uint)c, (uint)d];
        for (int i = 0; i < 4; i++)
        {
            Slot has = plan.NewSlot();
            plan.Do(OperationKind.CpuId, has, 7, 0, i, registers[i]);
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(room, (ulong)i * 16), has);
            uint lacking = ~registers[i] & (uint)-(int)~registers[i];
            plan.Do(OperationKind.CpuId, has, 7, 0, i, registers[i] | lacking);
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(room, ((ulong)i * 16) + 8), has);
        }

        plan.Call(null, SystemCall.Write, 1, room, 64);
        Exit(plan, 0);
        byte[] output = PlanProcess.Run(plan).Output;
        for (int i = 0; i < 4; i++)
        {
            Number(output, i * 16).ShouldBe(1, $"register {i} has what it has");
            Number(output, (i * 16) + 8).ShouldBe(registers[i] == uint.MaxValue ? 1 : 0, $"register {i} lacks a bit");
        }
    }
}
