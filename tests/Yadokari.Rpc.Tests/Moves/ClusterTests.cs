using Shouldly;
using Xunit;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Rpc.Moves;

/// <summary>In a cluster the directory's compare-and-set commits a service's move: a source that is gone for good behind it does no harm, and
/// a store that is silent costs no more than the move, or time.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task A_source_that_is_gone_behind_the_commit_is_not_needed()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(cluster: true);
        await using Load load = await Load.StartAsync(hosts);
        await hosts.MoveAsync();
        await hosts.SettledAsync("a move there");
        await hosts.MoveAsync();
        await hosts.SettledAsync("a move back");
        await load.FlowsAsync("two moves");

        string stopper = await hosts.A.StopAtAsync("claimed");
        Task move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);
        int old = TwoHosts.InstancePids(hosts.A)[^1];
        hosts.A.Kill();
        TwoHosts.KillProcess(old);
        await Should.ThrowAsync<YadoException>(() => move);

        // Nobody but the directory can have told the target.
        await load.FlowsAsync("the source died");
        (await hosts.B.InstancesAsync()).ShouldBe([Protocol.Services.InstanceState.Serving]);

        File.Delete(stopper);
        await hosts.A.StartAsync();
        await hosts.SettledAsync("the source came back");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.B);
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Fact]
    public async Task Without_etcd_a_service_serves_on_where_it_is_and_a_move_that_was_decided_waits()
    {
        await using LabOfThree lab = await LabOfThree.StartAsync(cluster: true);
        TestHost source = await lab.ServingHostAsync();

        // Silent between the decision and the commit: calls wait, and so does the move.
        string stopper = lab.StopAt("committed");
        Task<MoveReport> move = lab.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);
        lab.Lab("store", "kill");
        File.Delete(stopper);
        await Until.HoldsAsync(async () => await RefusalAsync(lab.Other(source)) is not null, () => "no host notices that etcd is gone");
        move.IsCompleted.ShouldBeFalse();
        lab.Lab("store", "start");
        await Record.ExceptionAsync(() => move);
        await Settling.AfterAsync("etcd was gone behind the decision", lab.A, lab.B);
        (await lab.ServingHostAsync()).ShouldBe(lab.Other(source));
        await lab.FlowsAsync("etcd came back");

        // Silent before: the move is refused, calls run.
        lab.Lab("store", "kill");
        YadoException? refusal = null;
        await Until.HoldsAsync(async () => (refusal = await RefusalAsync(lab.Other(source))) is not null, () => "no host notices that etcd is gone");
        refusal!.Message.ShouldNotContain("\n");
        await Should.ThrowAsync<YadoException>(() => lab.MoveAsync());
        await lab.FlowsAsync("a move was refused");
        lab.Lab("store", "start");
        await Until.HoldsAsync(
            async () => await Record.ExceptionAsync(() => lab.MoveAsync()) is null, () => "the service does not move although etcd is back");
        await Settling.AfterAsync("a move with etcd back", lab.A, lab.B);
        (await lab.ServingHostAsync()).ShouldBe(source);
        await lab.NothingIsLostAndNothingRanTwiceAsync();
    }

    /// <summary>What a host without contact answers; null: it takes jobs.</summary>
    private static async Task<YadoException?> RefusalAsync(TestHost host)
    {
        using Protocol.Client.YadoClient client = host.Connect();
        return await Record.ExceptionAsync(() => client.StartJobAsync(new() { Arguments = ["/bin/true"], Environment = [], WorkingDirectory = "/" }))
            is YadoException refusal && refusal.Message.Contains("has no contact with etcd", StringComparison.Ordinal) ? refusal : null;
    }
}
