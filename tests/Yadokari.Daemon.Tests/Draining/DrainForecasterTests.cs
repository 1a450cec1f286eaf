using Shouldly;
using Xunit;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Draining;

/// <summary>What is foreseen is what a drain does, and nothing is done for it.</summary>
public sealed class DrainForecasterTests
{
    private static readonly HostSelf Self = new("a", "instance-a", 0, "boot") { Address = "a:1991" };

    [Fact]
    public async Task Jobs_are_foreseen_to_spread_as_they_would()
    {
        WorldHost world = new(6, "b", "c");

        DrainForecast forecast = await new DrainForecaster(world, Self).MakeAsync(default);

        forecast.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
        forecast.Jobs.GroupBy(j => j.Host).Select(g => g.Count()).ShouldBe([3, 3]);
        world.Asked.ShouldBeEmpty();
        world.Running.Count.ShouldBe(6);
        world.Draining.ShouldBeFalse();
    }

    [Fact]
    public async Task What_can_not_be_carried_is_named_and_takes_no_room()
    {
        WorldHost world = new(2, "b") { Obstacles = job => job == "id1" ? [new ObstacleInfo("io-uring", "it has one")] : [] };

        DrainForecast forecast = await new DrainForecaster(world, Self).MakeAsync(default);

        forecast.Jobs[0].Outcome.ShouldBe(DrainOutcome.Kept);
        forecast.Jobs[0].Obstacles.ShouldHaveSingleItem().Name.ShouldBe("io-uring");
        forecast.Jobs[1].Host.ShouldBe("b");
    }

    [Fact]
    public async Task Without_another_host_jobs_would_be_saved()
    {
        DrainForecast forecast = await new DrainForecaster(new WorldHost(1), Self).MakeAsync(default);

        forecast.Jobs.ShouldHaveSingleItem().Outcome.ShouldBe(DrainOutcome.Saved);
    }
}
