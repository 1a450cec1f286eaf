using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Cluster;

/// <summary>Two clocks: the hosts' own, by which they fence themselves, and the store's, by which leases end.</summary>
public sealed class ClusterMembershipTests(TemporaryFile file) : IClassFixture<TemporaryFile>, IDisposable
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    private readonly StoreClock _time = new();
    private TimeSpan _now = TimeSpan.FromHours(1);
    private readonly List<SqliteStore> _stores = [];

    [Fact]
    public async Task A_host_is_a_member_as_long_as_it_renews()
    {
        (ClusterMembership a, SqliteStore store) = Host("a", "1");
        a.Fence.ShouldNotBeNull();

        for (int round = 0; round < 5; round++)
        {
            (await a.RenewAsync(CancellationToken.None)).ShouldBeTrue();
            Pass(TimeSpan.FromSeconds(4));
            a.Fence.ShouldBeNull();
        }

        (await Members(store)).ShouldContain("a");
    }

    [Fact]
    public async Task A_host_fences_itself_before_the_others_think_it_gone()
    {
        (ClusterMembership a, SqliteStore store) = Host("a2", "1");
        await a.RenewAsync(CancellationToken.None);

        Pass(TimeSpan.FromSeconds(5.5));

        a.Fence.ShouldNotBeNull().ShouldContain("jobs run on");
        a.Lease.ShouldBeNull();
        (await Members(store)).ShouldContain("a2");
        Pass(TimeSpan.FromSeconds(1));
        (await Members(store)).ShouldNotContain("a2");
    }

    [Fact]
    public async Task A_host_comes_back_by_itself_and_says_so()
    {
        (ClusterMembership a, SqliteStore store) = Host("a3", "1");
        int joined = 0;
        a.Joined += () => joined++;
        await a.RenewAsync(CancellationToken.None);
        Pass(TimeSpan.FromMinutes(1));

        await a.RenewAsync(CancellationToken.None);

        a.Fence.ShouldBeNull();
        joined.ShouldBe(2);
        (await Members(store)).ShouldContain("a3");
    }

    [Fact]
    public async Task A_daemon_that_was_started_again_takes_its_own_place()
    {
        (ClusterMembership before, _) = Host("a4", "1");
        await before.RenewAsync(CancellationToken.None);
        (ClusterMembership after, SqliteStore store) = Host("a4", "1");

        (await after.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        Pass(TimeSpan.FromSeconds(4));
        (await after.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        Pass(TimeSpan.FromSeconds(4));

        (await Members(store)).ShouldContain("a4");
    }

    [Fact]
    public async Task Two_hosts_with_one_name_are_not_both_members()
    {
        (ClusterMembership first, _) = Host("same", "1");
        (ClusterMembership second, _) = Host("same", "2");
        await first.RenewAsync(CancellationToken.None);

        (await second.RenewAsync(CancellationToken.None)).ShouldBeFalse();

        first.Fence.ShouldBeNull();
        second.Fence.ShouldNotBeNull().ShouldContain("another --name");
        Pass(TimeSpan.FromMinutes(1));
        (await second.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        second.Fence.ShouldBeNull();
    }

    [Fact]
    public async Task One_of_the_members_is_the_scheduler_and_another_follows_it()
    {
        (ClusterMembership a, SqliteStore atA) = Host("a5", "1");
        (ClusterMembership b, SqliteStore atB) = Host("b5", "2");
        StoreElection byA = new(atA, () => a.Lease);
        StoreElection byB = new(atB, () => b.Lease);
        (await byA.FindAsync(Samples.Host("1"), [], CancellationToken.None)).ShouldBeNull();
        await a.RenewAsync(CancellationToken.None);
        await b.RenewAsync(CancellationToken.None);

        (await byA.FindAsync(Samples.Host("1"), [], CancellationToken.None)).ShouldBe("1");
        (await byB.FindAsync(Samples.Host("2"), [], CancellationToken.None)).ShouldBe("1");
        Pass(TimeSpan.FromSeconds(4));
        await b.RenewAsync(CancellationToken.None);
        Pass(TimeSpan.FromSeconds(4));

        (await byB.FindAsync(Samples.Host("2"), [], CancellationToken.None)).ShouldBe("2");
        (await byA.FindAsync(Samples.Host("1"), [], CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_store_that_is_gone_leaves_the_host_fenced()
    {
        (ClusterMembership a, SqliteStore store) = Host("a6", "1");
        await a.RenewAsync(CancellationToken.None);
        store.Dispose();

        await Should.ThrowAsync<YadoException>(a.RenewAsync(CancellationToken.None));

        a.Fence.ShouldBeNull();
        Pass(TimeSpan.FromSeconds(6));
        a.Fence.ShouldNotBeNull();
    }

    public void Dispose() => _stores.ForEach(s => s.Dispose());

    private (ClusterMembership Membership, SqliteStore Store) Host(string name, string instance)
    {
        SqliteStore store = SqliteStore.Open(file.Path, _time);
        _stores.Add(store);
        HostSelf self = new(name, instance, 0, "boot") { Address = "127.0.0.1:1991" };
        return (new ClusterMembership(store, self, () => _now, TimeToLive, NullLogger<ClusterMembership>.Instance), store);
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _time.Now += time;
    }

    private static async Task<IReadOnlyList<string>> Members(SqliteStore store) =>
        [.. (await store.ListAsync(ClusterKeys.Hosts, CancellationToken.None)).Entries.Select(e => ClusterJson.ReadMember(e.Value)!.Name)];

    private sealed class StoreClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
