using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Scheduling.Tests.Policies;

/// <summary>What holds for every policy, on views of all kinds.</summary>
public sealed class PolicyLawTests
{
    public static TheoryData<string> Names => [.. PolicyCatalog.Kinds.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_view_gives_the_same_plan(string name) => Prop.ForAll<int>(seed =>
        Make(name).Decide(Views.Any(seed)).Moves.SequenceEqual(Make(name).Decide(Views.Any(seed)).Moves)).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_order_of_hosts_and_jobs_in_the_view_does_not_matter(string name) => Prop.ForAll<int>(seed =>
    {
        ClusterView view = Views.Any(seed);
        ClusterView turned = view with { Hosts = [.. view.Hosts.Reverse()], Jobs = [.. view.Jobs.Reverse()] };
        // Jobs of the same age are told apart by id only.
        return Make(name).Decide(view).Moves.SequenceEqual(Make(name).Decide(turned).Moves);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void No_move_goes_to_a_draining_closed_or_unknown_host(string name) => Prop.ForAll<int>(seed =>
    {
        ClusterView view = Views.Any(seed);
        return Make(name).Decide(view).Moves.All(m => view.Hosts.Any(h => h.Name == m.Host && h.Accepts));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void No_move_takes_an_unknown_or_pinned_job_or_the_same_twice_or_to_where_it_is(string name) => Prop.ForAll<int>(seed =>
    {
        ClusterView view = Views.Any(seed);
        IReadOnlyList<PlannedMove> moves = Make(name).Decide(view).Moves;
        return moves.All(m => view.Jobs.Any(j => j.Id == m.Job && !j.Pinned && j.Host != m.Host))
            && moves.Select(m => m.Job).Distinct().Count() == moves.Count;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void No_host_gets_more_than_its_memory_holds(string name) => Prop.ForAll<int>(seed =>
    {
        ClusterView view = Views.Any(seed);
        return Make(name).Decide(view).Moves.GroupBy(m => m.Host).All(g =>
            g.Sum(m => view.Jobs.First(j => j.Id == m.Job).MemoryBytes) <= view.Hosts.First(h => h.Name == g.Key).MemoryAvailable);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_single_host_and_an_empty_cluster_are_left_alone(string name)
    {
        Make(name).Decide(Views.Of(9)).Moves.ShouldBeEmpty();
        Make(name).Decide(Views.Of()).Moves.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_balanced_cluster_is_left_alone(string name) => Make(name).Decide(Views.Of(1, 1, 1)).Moves.ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_policy_has_the_name_it_is_chosen_by(string name) => Make(name).Name.ShouldBe(name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_policy_but_none_helps_a_crowded_host(string name) =>
        Make(name).Decide(Views.Of(8, 0, 0, 0)).Moves.Any().ShouldBe(name != "none");

    private static IPlacementPolicy Make(string name) => PolicyCatalog.Choose(name, new Dictionary<string, string>()).Policy;
}
