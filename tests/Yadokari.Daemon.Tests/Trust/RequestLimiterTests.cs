using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;

namespace Yadokari.Daemon.Tests.Trust;

public sealed class RequestLimiterTests
{
    [Fact]
    public void A_host_that_runs_wild_is_bounded_and_others_are_not()
    {
        using RequestLimiter limiter = new(perSecond: 10);

        int admitted = Enumerable.Range(0, 100_000).Count(_ => limiter.Admits("wild"));

        admitted.ShouldBeInRange(20, 10_000);
        limiter.Admits("calm").ShouldBeTrue();
        SpinWait.SpinUntil(() => limiter.Admits("wild"), TimeSpan.FromSeconds(30)).ShouldBeTrue("it is bounded and not shut out");
    }

    [Fact]
    public void Peers_that_ask_for_nothing_any_more_are_forgotten()
    {
        using RequestLimiter limiter = new(perSecond: 1000);
        int most = 0;

        SpinWait.SpinUntil(
            () =>
            {
                limiter.Admits($"host{Guid.NewGuid()}").ShouldBeTrue();
                bool fewer = limiter.Peers < most;
                most = limiter.Peers;
                return fewer;
            },
            TimeSpan.FromSeconds(60)).ShouldBeTrue();
    }
}
