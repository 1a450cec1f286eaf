using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

public sealed class RunCursorTests
{
    private const ulong Page = RemoteAddress.PageSize;

    private static readonly List<PageRun> Runs = [Run(1, 3), Run(5, 6), Run(8, 40)];

    [Fact]
    public void A_mask_has_a_bit_for_each_page_that_is_in_a_run()
    {
        RunCursor cursor = new(Runs);

        cursor.Mask(0, 8 * Page).ShouldBe(0b0010_0110);
        cursor.Mask(8 * Page, 16 * Page).ShouldBe(0xff);
        cursor.Mask(37 * Page, 42 * Page).ShouldBe(0b111);
        cursor.Mask(50 * Page, 58 * Page).ShouldBe(0);
    }

    [Fact]
    public void A_shorter_range_has_a_shorter_mask() => new RunCursor(Runs).Mask(10 * Page, 13 * Page).ShouldBe(0b111);

    [Fact]
    public void What_is_inside_and_what_is_outside_is_all()
    {
        List<PageRun> inside = [];
        List<PageRun> outside = [];
        new RunCursor(Runs).Add(2 * Page, 10 * Page, inside);
        new RunCursor(Runs).AddOutside(2 * Page, 10 * Page, outside);

        inside.ShouldBe([Run(2, 3), Run(5, 6), Run(8, 10)]);
        outside.ShouldBe([Run(3, 5), Run(6, 8)]);
    }

    private static PageRun Run(ulong from, ulong to) => new(new RemoteAddress(from * Page), new RemoteAddress(to * Page));
}
