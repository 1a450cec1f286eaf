using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Protocol;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Tests.Api;

public sealed class FrameTests
{
    [Fact]
    public void A_head_is_read_as_it_was_written() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNegativeInt Offset, NonNegativeInt Length, bool Log)>(),
        sample =>
        {
            FrameHeader header = new(sample.Log ? FrameKind.Output : FrameKind.Image, (long)sample.Offset.Get << 8, sample.Length.Get % (Limits.MaxFrameBytes + 1));
            byte[] bytes = new byte[FrameHeader.Size];
            header.Write(bytes);
            return FrameHeader.Read(bytes) == header;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_bytes_are_a_frame_within_bounds_or_refused() => Prop.ForAll(
        Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), FrameHeader.Size).ToArbitrary(),
        bytes =>
        {
            try
            {
                FrameHeader header = FrameHeader.Read(bytes);
                return header.Length is >= 0 and <= Limits.MaxFrameBytes && header.Offset >= 0 && header.Offset + header.Length <= Limits.MaxImageBytes;
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(FrameKind.Image, -1, 0)]
    [InlineData(FrameKind.Image, 0, -1)]
    [InlineData(FrameKind.Image, 0, Limits.MaxFrameBytes + 1)]
    [InlineData(FrameKind.Image, Limits.MaxImageBytes, 1)]
    [InlineData(FrameKind.Image, long.MaxValue, 1)]
    [InlineData(FrameKind.End, 0, 1)]
    [InlineData((FrameKind)9, 0, 0)]
    public void A_head_out_of_bounds_is_refused(FrameKind kind, long offset, int length)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        new FrameHeader(kind, offset, length).Write(bytes);

        Should.Throw<InvalidDataException>(() => FrameHeader.Read(bytes));
    }

    [Fact]
    public async Task A_stream_that_stops_inside_a_frame_is_noticed()
    {
        byte[] bytes = new byte[FrameHeader.Size + 10];
        new FrameHeader(FrameKind.Image, 0, 11).Write(bytes);

        await Should.ThrowAsync<EndOfStreamException>(async () => await new FrameReader(new MemoryStream(bytes)).ReadAsync(CancellationToken.None));
    }
}
