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
    public void The_machine_code_computes_the_same() =>
        Prop.ForAll(Bytes, bytes =>
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, bytes);
                PlanBuilder plan = new();
                Slot file = plan.CallResult("open", SystemCall.Open, plan.Text(path), 0, 0);
                plan.Do(OperationKind.ReadChecked, null, file, plan.Room(bytes.Length), bytes.Length, 0, Naive(bytes));
                plan.Call(null, SystemCall.Exit_group, 0);
                return PlanProcess.Run(plan).WaitStatus == 0;
            }
            finally
            {
                File.Delete(path);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

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
            byte[] word = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(word, lanes[lane]);
            foreach (byte value in word)
            {
                all = Step(all, value);
            }
        }

        return all;
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
