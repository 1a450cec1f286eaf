using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Resources.Memory;

/// <summary>Values of pages make the checksum that reading all of them makes.</summary>
public sealed class PageSumsTests
{
    [Fact]
    public void The_pages_of_a_whole_piece_make_its_checksum()
    {
        byte[] piece = Bytes(ReadBuffer.Piece);
        piece.AsSpan(3 * RemoteAddress.PageSize, RemoteAddress.PageSize).Clear();

        PageSums.OfPiece(Values(piece)).ShouldBe(Checksum.Compute(piece));
    }

    [Fact]
    public void A_page_of_zeros_has_the_value_zero() =>
        PageSums.OfPage(new byte[RemoteAddress.PageSize]).ShouldBe(0u);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public void The_blocks_of_a_shorter_piece_make_its_checksum(int pages)
    {
        byte[] piece = Bytes(pages * RemoteAddress.PageSize);
        uint[] blocks = new uint[pages * PageSums.BlocksOfPage];
        for (int page = 0; page < pages; page++)
        {
            PageSums.OfBlocks(piece.AsSpan(page * RemoteAddress.PageSize, RemoteAddress.PageSize), blocks.AsSpan(page * PageSums.BlocksOfPage));
        }

        PageSums.OfShortPiece(blocks).ShouldBe(Checksum.Compute(piece));
    }

    [Fact]
    public void Pieces_make_the_checksum_of_a_segment()
    {
        byte[] segment = Bytes(2 * ReadBuffer.Piece);
        uint sum = uint.MaxValue;
        for (int piece = 0; piece < 2; piece++)
        {
            sum = PageSums.Add(sum, PageSums.OfPiece(Values(segment.AsSpan(piece * ReadBuffer.Piece, ReadBuffer.Piece))));
        }

        sum.ShouldBe(Checksum.OfSegment(segment));
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static uint[] Values(ReadOnlySpan<byte> piece)
    {
        uint[] values = new uint[PageSums.PagesOfPiece];
        for (int page = 0; page < values.Length; page++)
        {
            values[page] = PageSums.OfPage(piece.Slice(page * RemoteAddress.PageSize, RemoteAddress.PageSize));
        }

        return values;
    }
}
