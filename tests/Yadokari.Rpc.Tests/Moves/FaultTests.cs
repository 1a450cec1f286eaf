using Shouldly;
using Xunit;
using Yadokari.Conformance;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>
/// Whoever dies at whatever step of a move: exactly one instance serves, nothing is lost, nothing runs twice. Each kind of fault
/// strikes at the steps that differ most; with YADO_SOAK=1 at every step.
/// </summary>
public sealed class FaultTests
{
    private static readonly string[] SourceSteps = Soak.IsOn
        ? ["reserved", "started", "ahead", "round-1", "drained", "prepared", "committed", "activated"]
        : ["round-1", "prepared", "committed"];

    private static readonly string[] TargetSteps = Soak.IsOn
        ? ["target-started", "target-ahead", "target-round-1", "target-prepared", "target-activated"]
        : ["target-round-1", "target-prepared"];

    [Fact]
    public async Task The_sources_daemon_is_killed_at_a_step()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        foreach (string step in SourceSteps)
        {
            TestHost source = await hosts.ServingHostAsync();
            source.Kill();
            await source.StartAsync(step);

            await TryMoveAsync(hosts, source);
            await source.WaitDeadAsync();
            await source.StartAsync();

            await hosts.SettledAsync(step);
            bool committed = step is "committed" or "activated";
            (await hosts.ServingHostAsync()).Name.ShouldBe((committed ? hosts.Other(source) : source).Name, step);
            await load.FlowsAsync(step);
        }
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Fact]
    public async Task The_targets_daemon_is_killed_at_a_step()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        foreach (string step in TargetSteps)
        {
            TestHost source = await hosts.ServingHostAsync();
            TestHost target = hosts.Other(source);
            target.Kill();
            await target.StartAsync(step);

            Task move = TryMoveAsync(hosts, source);
            await target.WaitDeadAsync();
            await target.StartAsync();
            await move;

            await hosts.SettledAsync(step);
            (await hosts.ServingHostAsync()).Name.ShouldBe((step == "target-activated" ? target : source).Name, step);
            await load.FlowsAsync(step);
        }
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_instance_is_killed_when_the_target_has_everything(bool killSource)
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        await load.FlowsAsync("the start");
        string stopper = await hosts.A.StopAtAsync("prepared");
        Task move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);

        TestHost struck = killSource ? hosts.A : hosts.B;
        int victim = TwoHosts.InstancePids(struck)[^1];
        TwoHosts.KillProcess(victim);
        await Until.HoldsAsync(() => Task.FromResult(!TwoHosts.InstancePids(struck).Contains(victim)), () => "the instance lives on");
        File.Delete(stopper);
        await move;

        await hosts.SettledAsync($"the kill of an instance on {struck.Name}");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.B);
        await load.FlowsAsync("an instance was killed");
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Theory]
    [InlineData(Routes.ServiceState)]
    [InlineData(Routes.ServiceDelta)]
    public async Task A_request_of_the_move_that_comes_twice_ends_nothing(string route)
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        string stopper = await hosts.A.StopAtAsync("prepared");
        Task move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);
        string id = Path.GetFileName(Directory.EnumerateFiles(Path.Combine(hosts.Files, "b", "images"), "*.place").Single()).Split('.')[0];

        using ApiConnection late = ApiConnection.ToSocket(hosts.B.Socket);
        using ByteArrayContent state = new([1, 2, 3]) { Headers = { ContentType = new("application/octet-stream") } };
        YadoException refusal = await Should.ThrowAsync<YadoException>(
            () => late.PutAsync(Routes.Of(route, id), state, ProtocolJson.Default.ServicePrepared, CancellationToken.None));
        File.Delete(stopper);
        await move;

        refusal.Message.ShouldContain("is Prepared on host hb, not Copying");
        await hosts.SettledAsync("a late request");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.B);
        await load.FlowsAsync("a late request");
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Fact]
    public async Task A_second_move_during_a_move_is_refused_and_the_held_instance_that_dies_before_costs_only_the_move()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        string stopper = await hosts.A.StopAtAsync("ahead");
        Task move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);

        (int status, _, string second) = hosts.A.Yado("move", TwoHosts.Service, hosts.B.Name);
        TwoHosts.KillProcess(TwoHosts.InstancePids(hosts.B)[^1]);
        File.Delete(stopper);
        YadoException first = await Should.ThrowAsync<YadoException>(() => move);

        status.ShouldBe(1);
        second.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("is being moved already");
        first.ExitStatus.ShouldBe(5);
        await hosts.SettledAsync("a held instance was killed");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.A);
        await load.FlowsAsync("a held instance was killed");
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://{(await hosts.PlaceAsync()).Address}/report"));
        answer.Headers.Contains(MovedHeaders.Next).ShouldBeFalse("it stays where it is");
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    private static async Task TryMoveAsync(TwoHosts hosts, TestHost source)
    {
        try
        {
            using YadoClient client = source.Connect();
            await client.MoveAsync(TwoHosts.Service, hosts.Other(source).Name);
        }
        catch (YadoException)
        {
            // Its daemon dies on purpose; what became of the service is asked afterwards.
        }
    }
}
