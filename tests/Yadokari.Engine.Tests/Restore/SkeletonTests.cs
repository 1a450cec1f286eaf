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
    public void A_leader_that_was_waited_for_is_made_for_the_moment_by_who_took_its_children_over()
    {
        Skeleton skeleton = new([Main, new(12, 10, 11, 11, Ended: false), new(13, 12, 11, 13, Ended: false)]);
        skeleton.Problems.ShouldBeEmpty();
        SkeletonLeader leader = skeleton.Leaders.ShouldHaveSingleItem();
        (leader.Pid, leader.Maker, leader.LeadsSession).ShouldBe((11, 10, true));
        leader.Members.ShouldBe([12]);
        skeleton.IsMadeByParent(12).ShouldBeFalse();
        skeleton.IsMadeByParent(13).ShouldBeTrue();
    }

    [Fact]
    public void A_leader_that_waits_to_be_reaped_makes_its_children_itself()
    {
        Skeleton skeleton = new([Main, new(12, 10, 11, 11, Ended: false), new(11, 10, 11, 11, Ended: true)]);
        skeleton.Problems.ShouldBeEmpty();
        skeleton.Leaders.ShouldBeEmpty();
        skeleton.MembersOf(11).ShouldBe([12]);
    }

    [Fact]
    public void The_leader_of_a_group_is_made_for_the_moment_by_a_member()
    {
        Skeleton skeleton = new([Main, new(12, 10, 10, 11, Ended: false), new(13, 10, 10, 11, Ended: false)]);
        SkeletonLeader leader = skeleton.Leaders.ShouldHaveSingleItem();
        (leader.Pid, leader.Maker, leader.LeadsSession).ShouldBe((11, 12, false));
    }

    [Fact]
    public void A_session_of_another_living_process_and_a_group_that_its_leader_left_are_told()
    {
        new Skeleton([Main, new(11, 10, 11, 11, Ended: false), new(12, 10, 11, 11, Ended: false)]).Problems.ShouldHaveSingleItem().Obstacle.Name.ShouldBe("session");
        new Skeleton([Main, new(11, 10, 10, 10, Ended: false), new(12, 10, 10, 11, Ended: false)]).Problems.ShouldHaveSingleItem().Obstacle.Name.ShouldBe("process-group");
    }
}
