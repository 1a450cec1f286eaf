using Shouldly;
using Xunit;
using Yadokari.Daemon.Draining;

namespace Yadokari.Daemon.Tests.Draining;

/// <summary>How long a drain has been going on, whatever is done to the wall clock.</summary>
public sealed class DrainClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-7200)]
    [InlineData(7200)]
    public void A_clock_that_is_set_neither_hurries_nor_delays_it(int seconds)
    {
        SettableTime time = new(Start);
        DrainClock clock = new(Start, time);
        time.Advance(TimeSpan.FromSeconds(10));
        time.SetWallClock(TimeSpan.FromSeconds(seconds));
        clock.Passed.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(-7200, 0)]
    public void What_passed_before_a_restart_counts_and_is_never_less_than_nothing(int since, int passed)
    {
        SettableTime time = new(Start.AddSeconds(since));
        DrainClock clock = new(Start, time);
        time.Advance(TimeSpan.FromSeconds(1));
        clock.Passed.ShouldBe(TimeSpan.FromSeconds(passed + 1));
    }
}
