using Shouldly;
using Xunit;
using Yadokari.Daemon.Draining;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Tests.Draining;

/// <summary>Room decides whether a host is asked, load decides which.</summary>
public sealed class DrainTargetsTests
{
    private static readonly DrainCandidate Busy = new("busy", "busy", 1000, 1000, 2, 4);
    private static readonly DrainCandidate Idle = new("idle", "idle", 1000, 1000, 2, 0);
    private static readonly DrainCandidate Large = new("large", "large", 1000, 1000, 16, 4);
    private static readonly DrainCandidate Small = new("small", "small", 5, 1000, 16, 0);

    [Fact]
    public void The_least_loaded_for_each_processor_is_chosen()
    {
        DrainTargets.Choose(10, [Busy, Idle, Large], new HashSet<string>()).ShouldBe(Large);
        DrainTargets.Choose(10, [Busy, Idle], new HashSet<string>()).ShouldBe(Idle);
    }

    [Fact]
    public void A_host_without_room_is_not_asked()
    {
        DrainTargets.Choose(10, [Small, Busy], new HashSet<string>()).ShouldBe(Busy);
        DrainTargets.Choose(10, [Idle with { DiskFree = 9 }], new HashSet<string>()).ShouldBeNull();
    }

    [Fact]
    public void A_host_that_has_refused_is_not_asked_again()
    {
        DrainTargets.Choose(10, [Busy, Idle], new HashSet<string> { "idle" }).ShouldBe(Busy);
    }

    [Fact]
    public void A_claim_takes_room_and_adds_load()
    {
        Idle.With(400).ShouldBe(Idle with { MemoryFree = 600, DiskFree = 600, Load = 1 });
    }

    [Fact]
    public void Only_hosts_that_take_jobs_of_this_one_count_and_each_once()
    {
        HostInfo good = WorldHost.Host("good");
        PeerInfo[] peers =
        [
            new() { Address = "good", Host = good },
            new() { Address = "good-too", Host = good },
            new() { Address = "silent", Error = "no answer" },
            new() { Address = "draining", Host = WorldHost.Host("draining") with { Draining = true } },
            new() { Address = "other-user", Host = WorldHost.Host("other-user") with { Uid = 7 } },
            new() { Address = "old", Host = WorldHost.Host("old") with { ProtocolVersion = 0 } },
            new() { Address = "self", Host = WorldHost.Host("self") with { Instance = "own" } },
        ];

        DrainTargets.Accepting(peers, "own", 0).Select(h => h.Name).ShouldBe(["good"]);
    }
}
