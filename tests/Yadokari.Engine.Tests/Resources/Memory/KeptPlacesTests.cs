using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

/// <summary>Memory gets the places that it had, each once, and no page gets two.</summary>
public sealed class KeptPlacesTests
{
    private const int Page = 4096;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_told_and_taken_no_page_has_two_places_and_no_place_two_pages(int seed)
    {
        Random random = new(seed);
        List<EarlierPlace> told = [];
        for (int i = 0; i < 200; i++)
        {
            told.Add(new EarlierPlace($"{random.Next(1, 3)}", (ulong)random.Next(1, 3000) * Page, random.Next(1, 60) * Page, random.Next(1, 9000) * Page));
        }

        KeptPlaces kept = new(told);
        FilePlaces places = new(kept.End, kept);
        HashSet<(string, ulong)> pages = [];
        HashSet<long> used = [];
        int again = 0;
        foreach (string owner in (string[])["1", "2", "3"])
        {
            for (ulong at = 1; at < 3100;)
            {
                ulong start = at, end = at + (ulong)random.Next(1, 50);
                at = end + (ulong)random.Next(0, 5);
                ulong next = start * Page;
                foreach ((ulong from, ulong to, long place) in places.Take(owner, start * Page, end * Page))
                {
                    from.ShouldBe(next);
                    next = to;
                    again += place < kept.End ? 1 : 0;
                    for (ulong page = from; page < to; page += Page)
                    {
                        pages.Add((owner, page)).ShouldBeTrue();
                        used.Add(place + (long)(page - from)).ShouldBeTrue();
                    }
                }

                next.ShouldBe(end * Page);
            }
        }

        again.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void What_is_taken_in_any_order_is_where_it_was()
    {
        KeptPlaces kept = new([new("1", 0x10000, 16 * Page, 5 * Page), new("1:2:3", 0, 4 * Page, 50 * Page)]);
        kept.End.ShouldBe(54 * Page);
        kept.TryTake("1", 0x10000 + (8 * Page), 4 * Page).ShouldBe(13 * Page);
        kept.TryTake("1", 0x10000, 8 * Page).ShouldBe(5 * Page);
        kept.TryTake("1", 0x10000, Page).ShouldBeNull("it is given away");
        kept.TryTake("1", 0x10000 + (11 * Page), 2 * Page).ShouldBeNull("half of it is given away");
        kept.TryTake("1", 0x10000 + (12 * Page), 5 * Page).ShouldBeNull("it ends before");
        kept.TryTake("1", 0x10000 + (12 * Page), 4 * Page).ShouldBe(17 * Page);
        kept.TryTake("2", 0x10000, Page).ShouldBeNull();
        kept.TryTake("1:2:3", Page, Page).ShouldBe(51 * Page);
    }
}
