using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

/// <content>Comparing files.</content>
public partial class InterpreterTests
{
    private const int Pieces = (2 * ReadBuffer.Piece) + 4096;

    [Theory]
    [InlineData(4096, 0, 0)]
    [InlineData(ReadBuffer.Piece, 4096, 8192)]
    [InlineData(Pieces, 32, 4096)]
    public void The_same_bytes_are_the_same_wherever_they_lie(int length, int offset, int otherOffset)
    {
        byte[] bytes = Random(length);
        Same([.. new byte[offset], .. bytes, 1], [.. new byte[otherOffset], .. bytes, 2], length, offset, otherOffset).ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(ReadBuffer.Piece - 1)]
    [InlineData(ReadBuffer.Piece)]
    [InlineData(Pieces - 1)]
    public void Bytes_are_not_the_same_when_one_bit_differs(int at)
    {
        byte[] bytes = Random(Pieces);
        byte[] other = [.. bytes];
        other[at] ^= 0x80;
        Same(bytes, other, Pieces, 0, 0).ShouldBe(0);
    }

    [Fact]
    public void Behind_the_end_of_the_other_file_are_zeros()
    {
        byte[] bytes = Random(Pieces);
        bytes.AsSpan(Pieces - 1000).Clear();
        Same(bytes, bytes[..^1000], Pieces, 0, 0).ShouldBe(1);
        Same(bytes, bytes[..^1001], Pieces, 0, 0).ShouldBe(0);
        Same(new byte[4096], [], 4096, 0, 0).ShouldBe(1);
        bytes[^1] = 1;
        Same(bytes, bytes[..^1000], Pieces, 0, 0).ShouldBe(0);
    }

    [Fact]
    public void Behind_the_end_of_the_first_file_nothing_is_the_same()
    {
        byte[] bytes = new byte[4096];
        Same(bytes[..^1], bytes, 4096, 0, 0).ShouldBe(0);
    }

    [Fact]
    public void What_can_not_be_read_is_not_the_same()
    {
        byte[] bytes = Random(4096);
        WithFile(bytes, path =>
        {
            foreach (bool first in (bool[])[true, false])
            {
                PlanBuilder plan = new();
                Slot file = plan.CallResult("open", SystemCall.Open, plan.Text(path), 0, 0);
                Slot same = plan.NewSlot();
                plan.Set(same, 7);
                plan.Do(OperationKind.SameBytes, same, first ? 99 : file, first ? file : 99, 4096, 0, 0, plan.Room(ReadBuffer.AllLength));
                Emit(plan, same);
                BitConverter.ToInt64(PlanProcess.Run(plan).Output).ShouldBe(0);
            }
        });
    }

    private static long Same(byte[] content, byte[] other, int length, int offset, int otherOffset)
    {
        long answer = -1;
        WithFile(content, path => WithFile(other, otherPath =>
        {
            PlanBuilder plan = new();
            Slot file = plan.CallResult("open", SystemCall.Open, plan.Text(path), 0, 0);
            Slot second = plan.CallResult("open", SystemCall.Open, plan.Text(otherPath), 0, 0);
            Slot same = plan.NewSlot();
            plan.Do(OperationKind.SameBytes, same, file, second, length, offset, otherOffset, plan.Room(ReadBuffer.AllLength));
            Emit(plan, same);
            PlanEnding ending = PlanProcess.Run(plan);
            ending.ExitStatus.ShouldBe(0, ending.Errors);
            answer = BitConverter.ToInt64(ending.Output);
        }));
        return answer;
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
