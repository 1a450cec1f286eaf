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
    }
}
