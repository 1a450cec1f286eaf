using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

public class CoverageTests
{
    private static readonly (ulong Start, ulong Length)[] Ranges = [(12, 4), (2, 4), (4, 1), (5, 3), (12, 2)];

    [Fact]
    public void What_no_range_covers_is_told_from_zero_on() => Coverage.Gaps(Ranges).ShouldBe([(0, 2), (8, 4)]);

    [Fact]
    public void An_empty_range_says_how_far_to_look()
    {
        Coverage.Gaps(Ranges.Append((16ul, 0ul))).ShouldBe([(0, 2), (8, 4)]);
        Coverage.Gaps(Ranges.Append((20ul, 0ul))).ShouldBe([(0, 2), (8, 4), (16, 4)]);
    }

    [Fact]
    public void Each_byte_is_counted_once() => Coverage.Of(Ranges).ShouldBe(10);
}
