using Shouldly;
using Xunit;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>Who is let in when a door is full.</summary>
public sealed class DoorKeeperTests
{
    private readonly List<string> _ended = [];

    [Fact]
    public void Whoever_opens_many_and_says_nothing_pushes_out_his_own()
    {
        DoorKeeper door = new(most: 10, mostIdleOfCaller: 3);
        Enter(door, "quiet", "q1").ShouldNotBeNull();
        for (int n = 1; n <= 100; n++)
        {
            Enter(door, "crowd", $"c{n}").ShouldNotBeNull();
        }

        _ended.ShouldBe([.. Enumerable.Range(1, 97).Select(n => $"c{n}")]);
        door.Count.ShouldBe(4);
    }

    [Fact]
    public void A_full_door_lets_in_by_ending_what_has_said_nothing_for_the_longest_time()
    {
        DoorKeeper door = new(most: 2, mostIdleOfCaller: 2);
        DoorPass first = Enter(door, "a", "a1")!;
        Enter(door, "b", "b1");
        first.Begin();
        first.Finish();

        Enter(door, "c", "c1").ShouldNotBeNull();

        _ended.ShouldBe(["b1"]);
    }

    [Fact]
    public void A_connection_with_a_request_under_way_is_not_ended_for_another()
    {
        DoorKeeper door = new(most: 2, mostIdleOfCaller: 1);
        Enter(door, "a", "a1")!.Begin();
        Enter(door, "a", "a2")!.Begin();

        Enter(door, "a", "a3").ShouldBeNull();

        _ended.ShouldBeEmpty();
        door.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_over_leaves_room()
    {
        DoorKeeper door = new(most: 1, mostIdleOfCaller: 1);
        DoorPass pass = Enter(door, "a", "a1")!;
        pass.Begin();
        pass.Dispose();
        pass.Finish();

        Enter(door, "b", "b1")!.Begin();

        door.Count.ShouldBe(1);
        _ended.ShouldBeEmpty();
    }

    private DoorPass? Enter(DoorKeeper door, string caller, string name) => door.Enter(caller, () => _ended.Add(name));
}
