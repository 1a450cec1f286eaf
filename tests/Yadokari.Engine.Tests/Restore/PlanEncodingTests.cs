using System.Buffers.Binary;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

public class PlanEncodingTests
{
    private static readonly RemoteAddress Base = new(0x7_0000_0000);

    [Fact]
    public void An_operation_is_eighty_bytes_as_documented()
    {
        PlanBuilder plan = new();
        PlanLabel end = new("end");
        DataReference data = plan.Bytes([1, 2, 3]);
        Slot slot = plan.NewSlot();
        Slot result = plan.NewSlot();
        plan.Add(new Operation
        {
            Kind = OperationKind.Clone,
            Number = 435,
            Arguments = [-2, slot, data, Argument.AddressOf(data, 2), Argument.AddressOf(slot), Argument.InRegion(0xa040, "prepared")],
            Result = result,
            OnError = OnError.Jump,
            Target = end,
            Message = plan.Text("why"),
        });
        plan.Do(OperationKind.Add, null, 0, 0);
        plan.Place(end);
        plan.Fail("end", 3);
        RestorePlan built = plan.Build();

        byte[] bytes = built.Encode(Base);

        ReadOnlySpan<byte> first = bytes.AsSpan(RegionLayout.OperationsOffset, RegionLayout.OperationLength);
        ulong dataBase = Base.Value + (ulong)built.DataOffset;
        first[0].ShouldBe((byte)1);
        first[1].ShouldBe((byte)0b10, "only argument 1 is a slot");
        first[2].ShouldBe((byte)2);
        BinaryPrimitives.ReadInt32LittleEndian(first[4..]).ShouldBe(435);
        Word(first, 8).ShouldBe(unchecked((ulong)-2));
        Word(first, 16).ShouldBe((ulong)built.OffsetOf(slot.Index));
        Word(first, 24).ShouldBe(dataBase);
        Word(first, 32).ShouldBe(dataBase + 2);
        Word(first, 40).ShouldBe(Base.Value + (ulong)built.OffsetOf(slot.Index));
        Word(first, 48).ShouldBe(Base.Value + 0xa040);
        BinaryPrimitives.ReadInt32LittleEndian(first[56..]).ShouldBe(built.OffsetOf(result.Index));
        BinaryPrimitives.ReadInt32LittleEndian(first[60..]).ShouldBe(2);
        bytes.AsSpan((int)(Word(first, 64) - Base.Value), 4).ToArray().ShouldBe("why\0"u8.ToArray());
        ReadOnlySpan<byte> second = bytes.AsSpan(RegionLayout.OperationsOffset + 80, 80);
        BinaryPrimitives.ReadInt32LittleEndian(second[56..]).ShouldBe(-1, "no result");
        BinaryPrimitives.ReadInt32LittleEndian(second[60..]).ShouldBe(-1, "no target");
        Word(second, 64).ShouldBe(0ul, "no message");
    }

    [Fact]
    public void The_header_has_base_length_span_and_both_checksums()
    {
        PlanBuilder plan = new();
        plan.Fail("x", 1);
        byte[] bytes = plan.Build().Encode(Base, 1 << 20);
        bytes.Length.ShouldBe(RegionLayout.OperationsOffset + 4096);
        ReadOnlySpan<byte> header = bytes.AsSpan(RegionLayout.HeaderOffset);
        Word(header, 0).ShouldBe(Base.Value);
        Word(header, 8).ShouldBe((ulong)bytes.Length);
        Word(header, 16).ShouldBe(1ul << 20);
        BinaryPrimitives.ReadUInt32LittleEndian(header[24..]).ShouldBe(Checksum.Compute(bytes.AsSpan(0, RegionLayout.HeaderOffset)));
        BinaryPrimitives.ReadUInt32LittleEndian(header[28..]).ShouldBe(Checksum.Compute(bytes.AsSpan(RegionLayout.OperationsOffset)));
        bytes.AsSpan(0, Interpreter.Code.Length).SequenceEqual(Interpreter.Code).ShouldBeTrue();
        bytes.AsSpan(RegionLayout.OwnOffset, RegionLayout.OperationsOffset - RegionLayout.OwnOffset).ContainsAnyExcept((byte)0).ShouldBeFalse();
    }

    [Fact]
    public void A_label_that_was_never_placed_is_a_mistake_that_shows_at_once()
    {
        PlanBuilder plan = new();
        plan.Jump(new PlanLabel("nowhere"));
        Should.Throw<InvalidOperationException>(() => plan.Build().Encode(Base)).Message.ShouldContain("nowhere");
    }

    [Fact]
    public void More_than_six_arguments_do_not_fit()
    {
        PlanBuilder plan = new();
        plan.Do(OperationKind.Add, null, 1, 2, 3, 4, 5, 6, 7);
        Should.Throw<InvalidOperationException>(() => plan.Build().Encode(Base));
    }

    [Fact]
    public void Variables_counters_and_gates_stand_behind_the_data_as_many_as_there_are()
    {
        const int many = 100_000;
        PlanBuilder plan = new();
        plan.MapShared();
        Slot last = default;
        for (int i = 0; i < many; i++)
        {
            last = plan.NewSlot();
            plan.Do(OperationKind.Count, null, plan.NewCounter("counter"));
            plan.Do(OperationKind.Count, null, plan.NewGate("gate"));
        }

        RestorePlan built = plan.Build();
        byte[] bytes = built.Encode(Base, (ulong)built.Span);
        bytes.Length.ShouldBe(built.Length, "zeros are not in the file");
        built.OffsetOf(last.Index).ShouldBe(built.Length + ((many - 1) * 8));
        built.SharedOffset.ShouldBeGreaterThan(built.OffsetOf(last.Index));
        List<ulong> places = [];
        for (int i = 1; i < built.Operations.Count; i++)
        {
            places.Add(Word(bytes.AsSpan(RegionLayout.OperationsOffset + (i * RegionLayout.OperationLength)), 8));
        }

        places.Distinct().Count().ShouldBe(2 * many);
        places.Min().ShouldBeGreaterThan(Base.Value + (ulong)built.SharedOffset);
        places.Max().ShouldBeLessThan(Base.Value + (ulong)built.Span);
        places.Where((_, i) => i % 2 == 0).Max().ShouldBeLessThan(places.Where((_, i) => i % 2 == 1).Min(), "a failure opens the counters, not the gates");
        Word(bytes.AsSpan(RegionLayout.OperationsOffset), 16).ShouldBe((ulong)(built.Span - built.SharedOffset), "what is mapped");
        Word(bytes, RegionLayout.SharedPlaceOffset).ShouldBe((ulong)built.SharedOffset);
        Word(bytes, RegionLayout.CounterCountOffset).ShouldBe((ulong)many);
    }

    [Fact]
    public void Equal_texts_are_stored_once_and_bytes_are_aligned()
    {
        PlanBuilder plan = new();
        plan.Text("same").ShouldBeSameAs(plan.Text("same"));
        plan.Text("other").Offset.ShouldBe(5);
        plan.Bytes([1]).Offset.ShouldBe(16);
        plan.Bytes([1], alignment: 64).Offset.ShouldBe(64);
        plan.Room(8).Offset.ShouldBe(80);
        plan.Build().Data.Length.ShouldBe(88);
    }

    [Fact]
    public void The_format_numbers_stay_what_they_are()
    {
        // Files that exist hold these numbers: append, never renumber.
        Enum.GetValues<OperationKind>().Select(kind => $"{(int)kind} {kind}").ShouldBe(
        [
            "0 Call", "1 Clone", "2 Jump", "3 JumpIf", "4 MemoryEqual", "5 ReadChecked", "6 WaitCount", "7 Count", "8 Fail", "9 Break",
            "10 Reap", "11 AppendDecimal", "12 AppendBytes", "13 ParseDecimal", "14 Add", "15 Subtract", "16 CpuId", "17 Store64",
            "18 Store32", "19 ExitAs", "20 Load32", "21 And", "22 Load64", "23 SameBytes", "24 Enter",
        ]);
        Enum.GetValues<Condition>().Select(condition => (int)condition).ShouldBe([0, 1, 2, 3]);
        Enum.GetValues<OnError>().Select(policy => (int)policy).ShouldBe([0, 1, 2]);
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
