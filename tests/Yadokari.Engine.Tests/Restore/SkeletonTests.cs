using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Tests.Restore;

/// <summary>Who is made by whom, and when, so that each is born in its session and can join its group.</summary>
public class SkeletonTests
{
    private static readonly SkeletonPlace Main = new(10, 0, 10, 10, Ended: false);

    [Fact]
    public void Who_is_in_its_parents_session_needs_nobody_else()
    {
        Skeleton skeleton = new([Main, new(11, 10, 10, 11, Ended: false), new(12, 11, 12, 12, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        skeleton.Leaders.ShouldBeEmpty();
        skeleton.IsEarly(12).ShouldBeFalse();
        skeleton.IsMadeByParent(12).ShouldBeTrue();
    }

    [Fact]
    public void Who_is_in_the_session_that_its_parent_left_is_made_before()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 11, 10, 10, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        skeleton.IsEarly(12).ShouldBeTrue();
    }

    [Fact]
    public void So_are_those_above_it_that_have_left_it_too()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 11, 12, 12, Ended: false), new(13, 12, 10, 10, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        (skeleton.IsEarly(12), skeleton.IsEarly(13)).ShouldBe((true, true));
    }

    [Fact]
    public void A_leader_whose_child_is_in_the_session_of_another_was_born_in_that()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 10, 12, 12, Ended: false), new(13, 12, 11, 11, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        Steps(skeleton).ShouldBe(["10 takes [12] from below 11"]);
        skeleton.IsEarly(13).ShouldBeTrue();
    }

    [Fact]
    public void A_leader_that_was_waited_for_is_made_for_the_moment_by_who_took_its_children_over()
    {
        Skeleton skeleton = new([Main, new(12, 10, 11, 11, Ended: false), new(13, 12, 11, 13, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        SkeletonLeader leader = skeleton.Leaders.ShouldHaveSingleItem();
        (leader.Pid, leader.Maker, leader.LeadsSession).ShouldBe((11, 10, true));
        Steps(skeleton).ShouldBe(["10 takes [12] from below 11"]);
        skeleton.IsMadeByParent(12).ShouldBeFalse();
        skeleton.IsMadeByParent(13).ShouldBeTrue();
    }

    [Fact]
    public void A_leader_that_waits_to_be_reaped_has_its_children_made_below_it()
    {
        Skeleton skeleton = new([Main, new(12, 10, 11, 11, Ended: false), new(11, 10, 11, 11, Ended: true)]);
        skeleton.Problems.ShouldBeEmpty();
        skeleton.Leaders.ShouldBeEmpty();
        Steps(skeleton).ShouldBe(["10 takes [12] from below 11"]);
    }

    [Fact]
    public void An_orphan_is_made_below_the_living_leader_of_its_session_however_deep_that_is()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 11, 12, 12, Ended: false), new(13, 10, 12, 12, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        skeleton.Leaders.ShouldBeEmpty();
        Steps(skeleton).ShouldBe(["10 takes [13] from below 12"]);
    }

    [Fact]
    public void What_the_init_has_taken_over_is_told_apart_from_what_the_main_process_has()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 10, 11, 11, Ended: false), new(13, 10, 11, 11, Ended: false) { Orphan = true }]);
        skeleton.Problems.ShouldBeEmpty();
        Steps(skeleton).ShouldBe(["10 takes [12] from below 11", "0 takes [13] from below 11"]);
    }

    [Fact]
    public void A_leader_that_has_ended_is_made_by_the_deepest_of_those_who_took_over()
    {
        Skeleton skeleton = new([Main, new(11, 10, 10, 10, Ended: false), new(13, 10, 12, 12, Ended: false), new(14, 11, 12, 12, Ended: false), new(15, 10, 12, 12, Ended: false) { Orphan = true }]);
        skeleton.Problems.ShouldBeEmpty();
        SkeletonLeader leader = skeleton.Leaders.ShouldHaveSingleItem();
        (leader.Pid, leader.Maker).ShouldBe((12, 11));
        Steps(skeleton).ShouldBe(["10 takes [13] from below 12", "11 takes [14] from below 12", "0 takes [15] from below 12"]);
    }

    [Fact]
    public void Each_takes_over_in_its_turn()
    {
        Skeleton skeleton = new([Main, new(11, 10, 11, 11, Ended: false), new(12, 10, 11, 11, Ended: false), new(13, 10, 11, 11, Ended: false) { Orphan = true }]);
        skeleton.Handovers.Select(step => (step.Start, step.Open, step.Closed, step.End)).ShouldBe([(0, 1, 2, 3), (3, 3, 4, 4)]);
        skeleton.Turns.ShouldBe(4);
    }

    [Fact]
    public void The_leader_of_a_group_is_made_for_the_moment_by_a_member()
    {
        Skeleton skeleton = new([Main, new(12, 10, 10, 11, Ended: false), new(13, 10, 10, 11, Ended: false)]);
        SkeletonLeader leader = skeleton.Leaders.ShouldHaveSingleItem();
        (leader.Pid, leader.Maker, leader.LeadsSession).ShouldBe((11, 12, false));
    }

    [Fact]
    public void A_session_whose_leader_does_not_descend_from_the_parent_and_a_group_that_its_leader_left_are_told()
    {
        new Skeleton([Main, new(11, 10, 11, 11, Ended: false), new(12, 10, 10, 12, Ended: false), new(13, 12, 11, 11, Ended: false)]).Problems.ShouldHaveSingleItem().Obstacle.Name.ShouldBe("session");

        // One below the init does not descend from the main process, which only stands for its parent.
        new Skeleton([Main, new(11, 10, 11, 11, Ended: false) { Orphan = true }, new(12, 10, 11, 11, Ended: false)]).Problems.ShouldHaveSingleItem().Obstacle.Name.ShouldBe("session");
        new Skeleton([Main, new(11, 10, 10, 10, Ended: false), new(12, 10, 10, 11, Ended: false)]).Problems.ShouldHaveSingleItem().Obstacle.Name.ShouldBe("process-group");
    }

    private static IEnumerable<string> Steps(Skeleton skeleton) =>
        skeleton.Handovers.SelectMany(step => step.Middlemen.Select(middleman => $"{step.Taker} takes [{string.Join(',', middleman.Members)}] from below {middleman.Maker}"));
}
