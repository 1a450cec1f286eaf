using Shouldly;
using Xunit;
using Yadokari.Scheduling.Policies;

namespace Yadokari.Scheduling.Tests.Simulation;

/// <summary>The policies do what the theory of queues says of them. One seed each: the same numbers at every run.</summary>
public sealed class TheoryTests
{
    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(0.8, 5)]
    public void Without_moves_a_host_is_an_M_M_1_queue_with_processor_sharing(double load, double expected) =>
        Response(new Simulator(1, load, new NonePolicy(), Exponential, 3), 200_000).ShouldBe(expected, 0.05 * expected);

    [Fact]
    public void Looking_at_one_other_host_is_the_power_of_two_choices() =>
        // Sum of load^(2^i - 2), i >= 1 (Mitzenmacher 2001), for infinitely many hosts.
        Response(new Simulator(60, 0.8, new PowerOfTwoPolicy(1), Exponential, 5) { OnlyNewcomers = true }, 40_000).ShouldBe(1.9474, 0.08);

    [Fact]
    public void A_threshold_of_two_with_three_probes_gives_what_Eager_Lazowska_and_Zahorjan_computed() =>
        Response(new Simulator(60, 0.8, new ThresholdPolicy(2, 3), Exponential, 11) { OnlyNewcomers = true }, 40_000).ShouldBe(1.694, 0.07);

    [Fact]
    public void Moving_old_jobs_beats_leaving_them_and_beats_placing_new_ones_when_lifetimes_are_heavy_tailed()
    {
        const double cost = 0.1;
        double none = Slowdown(new NonePolicy(), false);
        double placed = Slowdown(new ShortestQueuePolicy(1, 0), true);
        double moved = Slowdown(new AgePolicy(1), false);

        moved.ShouldBeLessThan(0.75 * none);
        moved.ShouldBeLessThan(placed);

        static double Slowdown(IPlacementPolicy policy, bool onlyNewcomers) =>
            new Simulator(8, 0.8, policy, BoundedPareto, 17) { OnlyNewcomers = onlyNewcomers, MoveCost = cost }.Run(20_000, 2_000).Slowdown;
    }

    [Fact]
    public void Age_does_not_move_jobs_when_moving_costs_more_than_it_brings()
    {
        Simulator dear = new(8, 0.8, new AgePolicy(1), Exponential, 19) { MoveCost = 1e6 };

        dear.Run(2_000, 100);

        dear.Moves.ShouldBe(0);
    }

    private static double Response(Simulator simulator, int jobs) => simulator.Run(jobs, jobs / 10).Response;

    private static double Exponential(Dice dice) => -Math.Log(1 - dice.NextDouble());

    /// <summary>P(lifetime > t) ~ 1/t as Harchol-Balter and Downey measured, cut at 1000 times the least, mean 1.</summary>
    private static double BoundedPareto(Dice dice)
    {
        const double ratio = 1000;
        // With index 1 the mean is least · ln(ratio) / (1 − 1/ratio).
        double least = (1 - (1 / ratio)) / Math.Log(ratio);
        return least / (1 - (dice.NextDouble() * (1 - (1 / ratio))));
    }
}
