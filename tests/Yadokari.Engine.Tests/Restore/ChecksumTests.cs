using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

public class ChecksumTests
{
    private static Arbitrary<byte[]> Bytes => Gen.Choose(1, 64).SelectMany(blocks => Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(blocks * 32)).ToArbitrary();

    /// <summary>Of one piece and of several, the last seldom whole.</summary>
    private static Arbitrary<byte[]> Segments => Gen.Choose(1, 3 * ReadBuffer.Piece / 32)
        .Select(blocks =>
        {
            byte[] bytes = new byte[blocks * 32];
            new Random(blocks).NextBytes(bytes);
            return bytes;
        }).ToArbitrary();

    [Fact]
    public void It_is_four_crc32c_over_the_quarters() =>
        Prop.ForAll(Bytes, bytes => Checksum.Compute(bytes) == Naive(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void One_flipped_bit_changes_it()
    {
        byte[] bytes = new byte[128];
        new Random(5).NextBytes(bytes);
        uint whole = Checksum.Compute(bytes);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Checksum.Compute(bytes).ShouldNotBe(whole, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Pages_that_change_places_change_it()
    {
        byte[] pages = new byte[8192];
        new Random(6).NextBytes(pages);
        byte[] swapped = [.. pages[4096..], .. pages[..4096]];
        Checksum.Compute(swapped).ShouldNotBe(Checksum.Compute(pages));
    }

    [Fact]
    public void A_segment_is_the_lane_over_its_pieces() =>
        Prop.ForAll(Segments, bytes => Checksum.OfSegment(bytes) == NaiveOfSegment(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Pieces_that_change_places_change_a_segments()
    {
        byte[] bytes = new byte[2 * ReadBuffer.Piece];
        new Random(7).NextBytes(bytes);
        byte[] swapped = [.. bytes[ReadBuffer.Piece..], .. bytes[..ReadBuffer.Piece]];
        Checksum.OfSegment(swapped).ShouldNotBe(Checksum.OfSegment(bytes));
    }

    /// <summary>The program compares what it has read, byte for byte, with the file as it maps it.</summary>
    [Fact]
    public void The_machine_code_computes_the_same_and_puts_every_byte_in_its_place() =>
        Prop.ForAll(Segments, bytes =>
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, bytes);
                PlanBuilder plan = new();
                Slot file = plan.CallResult("open", SystemCall.Open, plan.Text(path), 0, 0);
                Slot room = plan.CallResult("map", SystemCall.Mmap, 0, bytes.Length, 3, 0x22, -1, 0);
                Slot mapped = plan.CallResult("map the file", SystemCall.Mmap, 0, bytes.Length, 1, 2, file, 0);
                Slot equal = plan.NewSlot();
                plan.Do(OperationKind.ReadChecked, null, file, room, bytes.Length, 0, NaiveOfSegment(bytes), plan.Room(ReadBuffer.Length));
                plan.Do(OperationKind.MemoryEqual, equal, room, mapped, bytes.Length);
                plan.Call(null, SystemCall.Exit_group, equal);
                return PlanProcess.Run(plan).ExitStatus == 1;
            }
            finally
            {
                File.Delete(path);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static uint NaiveOfSegment(byte[] bytes)
    {
        uint all = uint.MaxValue;
        for (int at = 0; at < bytes.Length; at += ReadBuffer.Piece)
        {
            all = StepWord(all, Naive(bytes[at..Math.Min(bytes.Length, at + ReadBuffer.Piece)]));
        }

        return all;
    }

    private static uint Naive(byte[] bytes)
    {
        int quarter = bytes.Length / 4;
        uint[] lanes = new uint[4];
        for (int lane = 0; lane < 4; lane++)
        {
            lanes[lane] = uint.MaxValue;
            foreach (byte value in bytes.AsSpan(lane * quarter, quarter))
            {
                lanes[lane] = Step(lanes[lane], value);
            }
        }

        uint all = lanes[0];
        for (int lane = 1; lane < 4; lane++)
        {
            all = StepWord(all, lanes[lane]);
        }

        return all;
    }

    private static uint StepWord(uint crc, uint lane)
    {
        byte[] word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, lane);
        return word.Aggregate(crc, Step);
    }

    /// <summary>CRC-32C bit by bit: reflected polynomial 0x82F63B78.</summary>
    private static uint Step(uint crc, byte value)
    {
        crc ^= value;
        for (int bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return crc;
    }
}
