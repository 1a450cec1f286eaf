using System.Buffers.Binary;
using Shouldly;
using Xunit;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Tests.Context;

public class ContextHeaderTests
{
    private static readonly ContextHeader Sample = new()
    {
        Format = TreeImage.CurrentFormat,
        ControlOffset = 0x5000,
        ControlLength = 0x3000,
        ControlAddress = (1UL << 40) + (64UL << 20),
        ControlChecksum = 0x12345678,
        ManifestOffset = 0x8000,
        ManifestLength = 1234,
        ManifestChecksum = 0x9abcdef0,
        FileLength = 0x8500,
    };

    [Fact]
    public void What_is_written_is_read() => ContextHeader.Parse(Sample.ToBytes(), Sample.FileLength).ShouldBe(Sample);

    [Fact]
    public void The_kernel_finds_two_segments_to_execute_and_a_stack_that_is_none()
    {
        byte[] page = Sample.ToBytes();
        page.Length.ShouldBe(4096);
        page.AsSpan(0, 7).ToArray().ShouldBe([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]);
        BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(16)).ShouldBe((ushort)2);
        ulong pageAddress = Sample.ControlAddress + (ulong)Sample.ControlLength;
        BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(24)).ShouldBe(pageAddress + LengthGuard.Offset);
        BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(56)).ShouldBe((ushort)3);
        (BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(64)), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(68))).ShouldBe((1, 5));
        BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(72)).ShouldBe(Sample.ControlOffset);
        (BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(120)), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(124))).ShouldBe((1, 5));
        BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(128)).ShouldBe(0);
        BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(136)).ShouldBe(pageAddress);
        (BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(176)), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(180))).ShouldBe((0x6474e551, 6));
    }

    [Fact]
    public void Every_flipped_bit_of_it_is_noticed()
    {
        byte[] page = Sample.ToBytes();
        for (int bit = 0; bit < (0x160 + 4) * 8; bit++)
        {
            byte[] flipped = [.. page];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(flipped, Sample.FileLength).ShouldNotBeNull($"bit {bit}");
        }
    }

    [Fact]
    public void A_newer_format_is_named_before_anything_else_is_judged()
    {
        byte[] page = Sample.ToBytes();
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(0x108), 7);
        Refused(page, 5000).ShouldBe("its format 7 is newer than this version reads (5): use a newer yado");
    }

    [Theory]
    [InlineData(0, "it is empty")]
    [InlineData(1, "it is not a context file")]
    [InlineData(4095, "it is not a context file")]
    public void A_file_shorter_than_a_page_is_none(int length, string reason) =>
        Refused(Sample.ToBytes()[..length], length).ShouldBe(reason);

    [Fact]
    public void Other_files_are_none()
    {
        Refused(new byte[4096], 4096).ShouldBe("it is not a context file");
        Refused([.. System.Text.Encoding.ASCII.GetBytes(new string('x', 4096))], 4096).ShouldBe("it is not a context file");
        Refused(File.ReadAllBytes("/bin/true")[..4096], 4096).ShouldBe("it is not a context file");
    }

    [Fact]
    public void A_wrong_length_is_told_with_the_difference()
    {
        Refused(Sample.ToBytes(), Sample.FileLength - 1).ShouldBe($"it is cut short: {Sample.FileLength - 1} of {Sample.FileLength} bytes");
        Refused(Sample.ToBytes(), Sample.FileLength + 9).ShouldBe("it has 9 bytes too many");
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(-1, 32)]
    [InlineData(0, 32)]
    [InlineData(4096, long.MaxValue)]
    [InlineData(4096, -32)]
    [InlineData(4096, 0)]
    [InlineData(long.MaxValue - 10, long.MaxValue - 10)]
    [InlineData(0x8500, 32)]
    [InlineData(4096, 1L << 40)]
    public void Parts_must_lie_in_the_file(long offset, long length)
    {
        Refused((Sample with { ControlOffset = offset, ControlLength = length }).ToBytes(), Sample.FileLength).ShouldBe("its header is damaged");
        Refused((Sample with { ManifestOffset = offset, ManifestLength = length }).ToBytes(), Sample.FileLength).ShouldBe("its header is damaged");
    }

    [Theory]
    [InlineData(1L << 31)]
    [InlineData((1L << 30) + 1)]
    [InlineData(1L << 40)]
    public void Parts_have_bounds_also_in_a_huge_file(long length)
    {
        ContextHeader huge = Sample with { FileLength = 1L << 50 };
        Refused((huge with { ControlLength = length }).ToBytes(), huge.FileLength).ShouldBe("its header is damaged");
        Refused((huge with { ManifestLength = length }).ToBytes(), huge.FileLength).ShouldBe("its header is damaged");
    }

    [Fact]
    public void Its_checksum_stands_behind_it()
    {
        byte[] page = Sample.ToBytes();
        BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(0x160)).ShouldBe(Checksum.Compute(page.AsSpan(0, 0x160)));
    }

    private static string? Refused(byte[] page, long length)
    {
        try
        {
            ContextHeader.Parse(page, length);
            return null;
        }
        catch (EngineException e) when (e.Error == EngineError.BadContextFile)
        {
            return e.Message;
        }
    }
}
