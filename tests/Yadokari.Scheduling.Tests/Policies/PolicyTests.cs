using Shouldly;
using Xunit;
using Yadokari.Scheduling.Policies;

namespace Yadokari.Scheduling.Tests.Policies;

/// <summary>The law of each policy, on views small enough to decide by hand.</summary>
public sealed class PolicyTests
{
    [Fact]
    public void None_moves_nothing() => new NonePolicy().Decide(Views.Of(9, 0)).ShouldBe(Plan.Nothing);

    [Fact]
    public void Random_sends_the_newest_jobs_until_the_queue_is_within_the_limit_wherever_it_hits() =>
        new RandomPolicy(2).Decide(Views.Of(4, 9)).Shown().ShouldBe(["a1→b", "a2→b", "b1→a", "b2→a", "b3→a", "b4→a", "b5→a", "b6→a", "b7→a", "b8→a", "b9→a"]);

    [Fact]
    public void Threshold_sends_the_newest_jobs_while_the_others_stay_within_the_limit() =>
        new ThresholdPolicy(2, 3).Decide(Views.Of(8, 1)).Shown().ShouldBe(["a1→b"]);

    [Fact]
    public void Threshold_leaves_a_queue_alone_that_is_as_long_as_the_limit() =>
        new ThresholdPolicy(2, 3).Decide(Views.Of(2, 0)).Moves.ShouldBeEmpty();

    [Fact]
    public void Shortest_asks_all_and_takes_the_shortest() =>
        new ShortestQueuePolicy(1, 0).Decide(Views.Of(4, 2, 0)).Shown().ShouldBe(["a1→c", "a2→c"]);

    [Fact]
    public void Sender_brings_queues_down_to_the_mean_and_no_further() =>
        // Mean 2: a sends two, then is at 4; whoever got one is at the edge.
        new SenderPolicy(0.5, 3).Decide(Views.Of(6, 0, 2, 0)).Moves.Count.ShouldBe(4);

    [Fact]
    public void Receivers_take_the_oldest_jobs() =>
        new ReceiverPolicy(0.5, 3).Decide(Views.Of(5, 0)).Shown().ShouldBe(["a5→b", "a4→b"]);

    [Fact]
    public void A_receiver_within_the_margin_does_not_ask() => new ReceiverPolicy(1.5, 3).Decide(Views.Of(3, 1)).Moves.ShouldBeEmpty();

    [Fact]
    public void Receivers_empty_a_draining_host_too() =>
        new ReceiverPolicy(0, 3).Decide(Views.Of(3, 0, 2).WithHost("a", h => h with { Draining = true })).Shown().ShouldContain("a3→b");

    [Fact]
    public void Symmetric_sends_and_receives()
    {
        ClusterView view = Views.Of(6, 0);

        new SymmetricPolicy(0.5, 3).Decide(view).Moves.Count.ShouldBeGreaterThanOrEqualTo(new SenderPolicy(0.5, 3).Decide(view).Moves.Count);
    }

    [Fact]
    public void Age_moves_the_oldest_first_and_balances() =>
        new AgePolicy(1).Decide(Views.Of(4, 0)).Shown().ShouldBe(["a4→b", "a3→b"]);

    [Fact]
    public void Age_moves_a_job_only_when_it_is_older_than_cost_over_gain()
    {
        // 3 jobs against 0: gain 2. A cost of 4 s is earned by a job older than 2 s.
        ClusterView view = Views.Of(3, 0) with { };
        view = view with { Jobs = [.. view.Jobs.Select(j => j with { MoveCost = 4 })] };

        new AgePolicy(1).Decide(view.WithJob("a3", j => j with { CpuSeconds = 2.1 })).Shown().ShouldBe(["a3→b"]);
        new AgePolicy(1).Decide(view.WithJob("a3", j => j with { CpuSeconds = 1.9 }).WithJob("a2", j => j with { CpuSeconds = 1.8 })).Moves.ShouldBeEmpty();
        new AgePolicy(2).Decide(view.WithJob("a3", j => j with { CpuSeconds = 2.1 })).Moves.ShouldBeEmpty();
    }

    [Fact]
    public void Age_counts_what_a_second_of_work_takes_on_each_host()
    {
        // Two jobs on two processors wait for nobody; on a third of one they wait six seconds for one.
        new AgePolicy(1).Decide(Views.Of(2, 0).WithHost("a", h => h with { Cpus = 2 })).Moves.ShouldBeEmpty();
        ClusterView weak = Views.Of(2, 0).WithHost("a", h => h with { Cpus = 1 / 3.0 }).WithHost("b", h => h with { Cpus = 1 / 3.0 });
        weak = weak with { Jobs = [.. weak.Jobs.Select(j => j with { MoveCost = 5, CpuSeconds = 2 })] };
        new AgePolicy(1).Decide(weak).Moves.Count.ShouldBe(1);
        new AgePolicy(1).Decide(weak with { Hosts = [.. weak.Hosts.Select(h => h with { Cpus = 1 })] }).Moves.ShouldBeEmpty();
    }

    [Fact]
    public void Idle_evicts_all_jobs_of_an_owner_who_is_back_though_they_hardly_run()
    {
        ClusterView view = Views.Of(2, 0, 0).WithHost("a", h => h with { OwnerPresent = true }).WithJob("a1", j => j with { Demand = 0.01 });

        new IdlePolicy(1).Decide(view).Moves.Select(m => m.Job).ShouldBe(["a1", "a2"]);
    }

    [Fact]
    public void Idle_sends_nothing_to_a_machine_whose_owner_works() =>
        new IdlePolicy(1).Decide(Views.Of(5, 0).WithHost("b", h => h with { OwnerPresent = true })).Moves.ShouldBeEmpty();

    [Fact]
    public void Idle_keeps_evicted_jobs_where_they_are_when_no_machine_is_idle() =>
        new IdlePolicy(1).Decide(Views.Of(1, 1).WithHost("a", h => h with { OwnerPresent = true })).Moves.ShouldBeEmpty();

    [Fact]
    public void Two_never_makes_a_queue_longer_than_the_one_it_shortens() =>
        new PowerOfTwoPolicy(2).Decide(Views.Of(4, 1)).Shown().ShouldBe(["a1→b"]);

    [Fact]
    public void Processors_count_a_host_with_four_holds_four_times_the_queue() =>
        new ThresholdPolicy(1, 3).Decide(Views.Of(4, 0).WithHost("a", h => h with { Cpus = 4 })).Moves.ShouldBeEmpty();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void A_gain_that_may_be_noise_moves_nothing(double noise)
    {
        ClusterView even = Views.Of(2, 1).WithHost("a", h => h with { RunQueue = 2 + noise });

        new ShortestQueuePolicy(1, 0).Decide(even).Moves.Any().ShouldBe(noise > 0.2);
        new PowerOfTwoPolicy(2).Decide(even).Moves.Any().ShouldBe(noise > 0.2);
        new AgePolicy(0).Decide(even).Moves.Any().ShouldBe(noise > 0.2);
    }

    [Fact]
    public void Jobs_that_do_not_run_are_not_moved_for_balance() =>
        new ShortestQueuePolicy(1, 0).Decide(Views.Of(3, 0) with { Jobs = [Views.Job("a", 1) with { Demand = 0.05 }] }).Moves.ShouldBeEmpty();
}
