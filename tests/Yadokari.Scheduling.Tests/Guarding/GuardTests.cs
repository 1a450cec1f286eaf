using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Scheduling.Guarding;

namespace Yadokari.Scheduling.Tests.Guarding;

/// <summary>What no policy can get past.</summary>
public sealed class GuardTests
{
    private static readonly Guard Usual = new(new GuardSettings());

    [Fact]
    public void A_job_that_has_just_been_moved_stays() =>
        WhyNot(Views.Of(2, 0).WithJob("a1", j => j with { Moves = 1, Residence = 3 }), "a1", "b").ShouldBe("the job must stay for now");

    [Fact]
    public void A_new_job_may_go_at_once() => WhyNot(Views.Of(2, 0).WithJob("a1", j => j with { Moves = 0, Residence = 0 }), "a1", "b").ShouldBeNull();

    [Fact]
    public void A_job_that_was_moved_often_lately_stays() =>
        WhyNot(Views.Of(2, 0).WithJob("a1", j => j with { Moves = 50, RecentMoves = 12 }), "a1", "b").ShouldBe("the job must stay for now");

    [Fact]
    public void A_host_that_says_nothing_gets_nothing() =>
        WhyNot(Views.Of(2, 0).WithHost("b", h => h with { FactsAge = 16 }), "a1", "b")!.ShouldContain("not been heard of");

    [Fact]
    public void A_host_keeps_its_reserve_of_memory() =>
        WhyNot(Views.Of(2, 0).WithHost("b", h => h with { MemoryAvailable = Views.Memory / 20 }), "a1", "b")!.ShouldContain("full");

    [Fact]
    public void A_host_gets_no_more_jobs_than_its_memory_holds()
    {
        ClusterView view = Views.Of(3, 0);
        view = view with { Jobs = [.. view.Jobs.Select(j => j with { MemoryBytes = Views.Memory / 2 })] };

        GuardedPlan plan = Check(view, new("a1", "b", ""), new("a2", "b", ""));

        plan.Moves.Count.ShouldBe(1);
        plan.Refused.Single().Why.ShouldBe("the host has not enough memory");
    }

    [Fact]
    public void A_round_has_only_so_many_moves()
    {
        GuardedPlan plan = Check(Views.Of(20, 0), [.. Enumerable.Range(1, 20).Select(n => new PlannedMove($"a{n}", "b", ""))]);

        plan.Moves.Count.ShouldBe(4);
        plan.Refused.Count.ShouldBe(16);
    }

    [Theory]
    [InlineData("z9", "b", "no such job")]
    [InlineData("a1", "z", "no such host")]
    [InlineData("a1", "a", "the job is there already")]
    [InlineData("", "", "no such job")]
    public void Nonsense_is_refused(string job, string host, string why) => WhyNot(Views.Of(2, 0), job, host).ShouldBe(why);

    [Fact]
    public void A_name_as_long_as_a_book_is_not_repeated_in_full() =>
        Check(Views.Of(1, 0), new PlannedMove(new string('x', 1 << 20), "b", "")).Refused.Single().Job.Length.ShouldBeLessThan(50);

    [Fact]
    public void Whatever_a_policy_answers_only_lawful_moves_come_through() => Prop.ForAll<int>(seed =>
    {
        Random random = new(seed);
        ClusterView view = Usual.Prepare(Views.Any(seed));
        string[] jobs = [.. view.Jobs.Select(j => j.Id), "ghost"];
        string[] hosts = [.. view.Hosts.Select(h => h.Name), "ghost"];
        Plan wild = new([.. Enumerable.Range(0, 40).Select(_ => new PlannedMove(jobs[random.Next(jobs.Length)], hosts[random.Next(hosts.Length)], ""))]);

        GuardedPlan plan = Usual.Check(view, wild);

        return plan.Moves.Count <= 4
            && plan.Moves.Select(m => m.Job).Distinct().Count() == plan.Moves.Count
            && plan.Moves.Count + plan.Refused.Count == wild.Moves.Count
            && plan.Moves.All(m => view.Hosts.Any(h => h.Name == m.Host && h.Accepts && h.FactsAge <= 15)
                && view.Jobs.Any(j => j.Id == m.Job && !j.Pinned && j.RecentMoves < 12 && (j.Moves == 0 || j.Residence >= 10)));
    }).QuickCheckThrowOnFailure();

    private static GuardedPlan Check(ClusterView view, params PlannedMove[] moves) => Usual.Check(Usual.Prepare(view), new Plan(moves));

    private static string? WhyNot(ClusterView view, string job, string host) =>
        Check(view, new PlannedMove(job, host, "")).Refused.SingleOrDefault()?.Why;
}
