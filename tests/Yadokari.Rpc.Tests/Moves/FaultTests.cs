using Shouldly;
using Xunit;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>Whoever dies at whatever step of a move: exactly one instance serves, nothing is lost, nothing runs twice.</summary>
public sealed class FaultTests
{
    private static readonly string[] SourceSteps = ["reserved", "started", "ahead", "drained", "prepared", "committed", "activated"];
    private static readonly string[] TargetSteps = ["target-started", "target-ahead", "target-prepared", "target-activated"];

    [SoakFact]
    public async Task The_sources_daemon_is_killed_at_every_step()
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

    [SoakFact]
    public async Task The_targets_daemon_is_killed_at_every_step()
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
            await load.FlowsAsync(step);
        }
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [SoakFact]
    public async Task An_instance_is_killed_when_the_target_has_everything()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        foreach (bool killSource in (bool[])[true, false])
        {
            TestHost source = await hosts.ServingHostAsync();
            TestHost target = hosts.Other(source);
            string stopper = Path.Combine(hosts.Files, $"stop-{killSource}");
            File.WriteAllText(stopper, "");
            source.Kill();
            await source.StartAsync($"prepared:{stopper}");
            Task move = MoveAsync(source, target);
            await Until.HoldsAsync(() => Task.FromResult(File.Exists(stopper + ".reached") || move.IsCompleted), () => "the move does not come to its step");

            int victim = hosts.InstancePids(killSource ? source : target)[^1];
            TwoHosts.KillProcess(victim);
            await Until.HoldsAsync(() => Task.FromResult(!hosts.InstancePids(killSource ? source : target).Contains(victim)), () => "the instance lives on");
            File.Delete(stopper);
            await move;

            await hosts.SettledAsync($"the kill of {(killSource ? "the source's" : "the target's")} instance");
            (await hosts.ServingHostAsync()).Name.ShouldBe(target.Name);
            await load.FlowsAsync("an instance was killed");
        }
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [SoakFact]
    public async Task A_second_move_during_a_move_is_refused_and_the_held_instance_that_dies_before_costs_only_the_move()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts);
        string stopper = Path.Combine(hosts.Files, "stop");
        File.WriteAllText(stopper, "");
        hosts.A.Kill();
        await hosts.A.StartAsync($"ahead:{stopper}");
        Task move = MoveAsync(hosts.A, hosts.B);
        await Until.HoldsAsync(() => Task.FromResult(File.Exists(stopper + ".reached") || move.IsCompleted), () => "the move does not come to its step");

        YadoException second = await Should.ThrowAsync<YadoException>(() => MoveAsync(hosts.A, hosts.B));
        TwoHosts.KillProcess(hosts.InstancePids(hosts.B)[^1]);
        File.Delete(stopper);
        YadoException first = await Should.ThrowAsync<YadoException>(() => move);

        second.Message.ShouldContain("is being moved already");
        first.ExitStatus.ShouldBe(5);
        await hosts.SettledAsync("a held instance was killed");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.A);
        await load.FlowsAsync("a held instance was killed");
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    private static async Task MoveAsync(TestHost source, TestHost target)
    {
        using YadoClient client = source.Connect();
        await client.MoveAsync(TwoHosts.Service, target.Name);
    }

    private static async Task TryMoveAsync(TwoHosts hosts, TestHost source)
    {
        try
        {
            await MoveAsync(source, hosts.Other(source));
        }
        catch (YadoException)
        {
            // Its daemon dies on purpose; what became of the service is asked afterwards.
        }
    }
}
