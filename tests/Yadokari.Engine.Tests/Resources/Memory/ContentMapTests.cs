using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

public class ContentMapTests
{
    private const int Page = 4096;
    private const int Pages = 40;
    private const ulong Base = 0x10000;

    [Fact]
    public void What_maps_tell_of_each_other_is_what_their_pages_tell()
    {
        Random random = new(21);
        for (int round = 0; round < 2000; round++)
        {
            (ContentMap left, ulong?[] own) = Make(random);
            (ContentMap right, ulong?[] others) = Make(random);
            Check(left.Same(right), page => own[page] == others[page] ? own[page] : null);
            Check(left.Without(right), page => own[page] == others[page] ? null : own[page]);
            Check(left.Outside(right), page => others[page] is null ? own[page] : null);
            Check(left.Fill(right), page => own[page] ?? others[page]);
        }
    }

    [Fact]
    public void Parts_and_gaps_of_a_range_are_all_of_it()
    {
        ContentMap map = ContentMap.Of([Segment(2, 3, 100), Segment(5, 2, 103), Segment(9, 1, 50)]);
        map.Ranges.Count.ShouldBe(2, "two segments that lie together in the file as well are one range");
        map.In(Address(6), Address(20)).ShouldBe([new ContentRange(Address(6), Address(7), Shift(2, 100)), new ContentRange(Address(9), Address(10), Shift(9, 50))]);
        map.Gaps(Address(0), Address(10)).ShouldBe([(Address(0), Address(2)), (Address(7), Address(9))]);
        ContentMap.Empty.Gaps(Address(1), Address(3)).ShouldBe([(Address(1), Address(3))]);
    }

    [Fact]
    public void A_segment_that_is_wanted_in_part_is_told()
    {
        MemorySegment[] segments = [Segment(0, 4, 10), Segment(4, 4, 30), Segment(8, 4, 20)];
        ContentMap wanted = ContentMap.Of([Segment(3, 1, 13), Segment(8, 4, 20)]);
        wanted.Touched(segments).ShouldBe([segments[0], segments[2]]);
    }

    private static ulong Address(int page) => Base + ((ulong)page * Page);

    private static ulong Shift(int page, int place) => ((ulong)place * Page) - Address(page);

    private static MemorySegment Segment(int page, int count, int place) => new(Address(page), count * Page, (long)place * Page, 0);

    private static (ContentMap Map, ulong?[] Pages) Make(Random random)
    {
        List<MemorySegment> segments = [];
        ulong?[] pages = new ulong?[Pages];
        for (int page = random.Next(4); page < Pages;)
        {
            int count = Math.Min(random.Next(1, 5), Pages - page);
            int place = random.Next(3) == 0 ? 1000 + page : (random.Next(2) * 500) + page;
            segments.Add(Segment(page, count, place));
            Array.Fill(pages, Shift(page, place), page, count);
            page += count + (random.Next(2) * random.Next(4));
        }

        return (ContentMap.Of(segments), pages);
    }

    private static void Check(ContentMap map, Func<int, ulong?> expected)
    {
        ulong?[] pages = new ulong?[Pages];
        ulong end = 0;
        foreach (ContentRange range in map.Ranges)
        {
            range.Start.ShouldBeGreaterThanOrEqualTo(end);
            range.End.ShouldBeGreaterThan(range.Start);
            end = range.End;
            Array.Fill(pages, range.Shift, (int)((range.Start - Base) / Page), (int)((range.End - range.Start) / Page));
        }

        pages.ShouldBe(Enumerable.Range(0, Pages).Select(expected));
    }
}
