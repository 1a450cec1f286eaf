using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Cluster;

public sealed class EtcdStoreTests(RealEtcd etcd) : StoreTests, IClassFixture<RealEtcd>
{
    protected override ICoordinationStore Open() => etcd.Open();

    [Fact]
    public async Task A_member_that_does_not_run_is_passed_over()
    {
        using EtcdStore store = new([new IPEndPoint(IPAddress.Loopback, 1), etcd.Address]);

        (await store.CompareAndSetAsync($"/other/{Guid.NewGuid():n}", 0, "x", 0, Limit)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_etcd_that_is_not_there_is_named_in_one_line()
    {
        using EtcdStore store = new([new IPEndPoint(IPAddress.Loopback, 1)]);

        YadoException failure = await Should.ThrowAsync<YadoException>(store.GetAsync("a", Limit));

        failure.Unreachable.ShouldBeTrue();
        failure.Message.ShouldStartWith("etcd at 127.0.0.1:1 does not answer");
        failure.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_mirror_misses_nothing_while_etcd_is_killed_and_started_again()
    {
        using RealEtcd own = new();
        using EtcdStore store = own.Open();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        string seen = "";
        StoreMirror mirror = new(store, "/m/", all => Volatile.Write(ref seen, string.Join(' ', all.OrderBy(e => e.Key).Select(e => e.Value))), NullLogger<StoreMirror>.Instance);
        await store.CompareAndSetAsync("/m/a", 0, "1", 0, Limit);
        long lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Limit);
        await store.CompareAndSetAsync("/m/leased", 0, "l", lease, Limit);
        Task running = mirror.RunAsync(stop.Token);
        await UntilAsync(() => Volatile.Read(ref seen) == "1 l");

        own.Kill();
        own.Start();
        await store.CompareAndSetAsync("/m/b", 0, "2", 0, Limit);

        await UntilAsync(() => Volatile.Read(ref seen) == "1 2 l");
        await store.RevokeLeaseAsync(lease, Limit);
        await UntilAsync(() => Volatile.Read(ref seen) == "1 2");
        await stop.CancelAsync();
        await running;
    }

    private async Task UntilAsync(Func<bool> state)
    {
        while (!state())
        {
            await Task.Delay(10, Limit);
        }
    }
}
