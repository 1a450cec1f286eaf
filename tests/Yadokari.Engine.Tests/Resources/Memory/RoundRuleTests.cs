using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

public sealed class RoundRuleTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void The_first_round_is_always_made() => RoundRule.GoesOn([]).ShouldBeTrue();

    [Fact]
    public void Behind_the_first_there_is_another() => RoundRule.GoesOn([64 * Mebibyte]).ShouldBeTrue();

    [Fact]
    public void Little_is_left_for_the_pause() => RoundRule.GoesOn([64 * Mebibyte, Mebibyte - 1]).ShouldBeFalse();

    [Fact]
    public void A_round_that_is_hardly_smaller_is_the_last()
    {
        RoundRule.GoesOn([2000 * Mebibyte, 1000 * Mebibyte, 801 * Mebibyte]).ShouldBeFalse();
        RoundRule.GoesOn([2000 * Mebibyte, 1000 * Mebibyte, 799 * Mebibyte]).ShouldBeTrue();
        RoundRule.GoesOn([1000 * Mebibyte, 1000 * Mebibyte]).ShouldBeTrue("the first may have taken so long because memory was touched for the first time");
    }

    [Fact]
    public void What_goes_far_is_worth_rounds_when_it_is_small()
    {
        RoundRule.WorthRounds(far: true).ShouldBeLessThan(Mebibyte);
        RoundRule.WorthRounds(far: false).ShouldBeGreaterThan(4 * Mebibyte);
        RoundRule.WorthWatch(far: true).ShouldBeLessThan(RoundRule.WorthRounds(far: true));
    }

    [Fact]
    public void There_is_an_end_to_them()
    {
        List<long> rounds = [];
        for (long bytes = 1L << 40; RoundRule.GoesOn(rounds); bytes /= 2)
        {
            rounds.Add(bytes);
        }

        rounds.Count.ShouldBe(RoundRule.MaxRounds);
    }
}
