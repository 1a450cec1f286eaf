using Shouldly;
using Xunit;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>Large state is copied while calls change it; under the pause only what changed last.</summary>
public sealed class RoundTests
{
    private const int Entries = 100_000;

    [Fact]
    public async Task Large_state_goes_ahead_in_rounds_while_calls_change_it_and_arrives_whole()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await FillAsync(hosts);
        await using Load load = await Load.StartAsync(hosts);
        await load.FlowsAsync("the start");

        for (int move = 1; move <= 2; move++)
        {
            MoveReport report = await hosts.MoveAsync();

            report.Rounds.ShouldBeGreaterThan(1);
            ServicePhases phases = report.Service.ShouldNotBeNull();
            phases.StateBytes.ShouldBeGreaterThan(Entries * 10);
            phases.DeltaBytes.ShouldBeLessThan(phases.StateBytes / 10);
            await load.FlowsAsync($"move {move}");
        }

        await hosts.SettledAsync("two moves of a large state");
        await load.NothingIsLostAndNothingRanTwiceAsync(Entries);
    }

    [Fact]
    public async Task A_move_that_fails_between_two_rounds_costs_nothing_and_the_next_one_carries_all()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await FillAsync(hosts);
        await using Load load = await Load.StartAsync(hosts);
        await load.FlowsAsync("the start");
        string stopper = await hosts.A.StopAtAsync("round-1");
        Task move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);

        // Calls go on, and so do the changes of which the copy knows nothing yet.
        await load.FlowsAsync("the first round");
        TwoHosts.KillProcess(TwoHosts.InstancePids(hosts.B)[^1]);
        File.Delete(stopper);
        YadoException failure = await Should.ThrowAsync<YadoException>(() => move);

        failure.Message.ShouldContain("connection to the instance");
        await hosts.SettledAsync("a move that failed between rounds");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.A);
        await load.FlowsAsync("a move that failed between rounds");
        (await hosts.MoveAsync()).Job.Host.ShouldBe(hosts.B.Name);
        await load.FlowsAsync("the second attempt");
        await load.NothingIsLostAndNothingRanTwiceAsync(Entries);
    }

    [Fact]
    public async Task An_instance_heeds_only_the_move_that_it_is_in()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        string mine = Path.Combine(hosts.Files, "mine");
        string others = Path.Combine(hosts.Files, "others");
        using ControlChannel mover = await hosts.A.ControlAsync();

        (await TellAsync(mover, ControlVerb.SaveAhead, mine)).State.ShouldBe(InstanceState.Serving);
        using (ControlChannel late = await hosts.A.ControlAsync())
        {
            // Of a move that was given up before.
            (await TellAsync(late, ControlVerb.ServeOn, others)).Error.ShouldBeNull();
            (await TellAsync(late, ControlVerb.SaveRound)).Error.ShouldNotBeNull();
        }
        (await TellAsync(mover, ControlVerb.SaveRound)).Error.ShouldBeNull();
        (await TellAsync(mover, ControlVerb.Drain, mine)).State.ShouldBe(InstanceState.Drained);
        using (ControlChannel curious = await hosts.A.ControlAsync())
        {
            (await TellAsync(curious, ControlVerb.ServeOn, others)).State.ShouldBe(InstanceState.Drained);
        }
        (await hosts.A.InstancesAsync()).ShouldBe([InstanceState.Drained]);
        Decision.Read(mine).ShouldBeNull();

        mover.Dispose();

        await Until.HoldsAsync(async () => (await hosts.A.InstancesAsync()) is [InstanceState.Serving], () => "the instance does not serve on");
        Decision.Read(mine).ShouldBe(Decision.ServeOn);
    }

    /// <summary>Sends a command and reads what comes up to the answer.</summary>
    private static async Task<ControlAnswer> TellAsync(ControlChannel channel, ControlVerb verb, string? decision = null)
    {
        await channel.SendAsync(new ControlCommand(verb) { DecisionPath = decision, PatienceMilliseconds = 5000 }, CancellationToken.None);
        while (await channel.ReadAsync(CancellationToken.None) is var (kind, payload))
        {
            if (kind == ControlKind.Answer)
            {
                return System.Text.Json.JsonSerializer.Deserialize(payload.Span, Protocol.ProtocolJson.Default.ControlAnswer)!;
            }
        }
        throw new EndOfStreamException();
    }

    private static async Task FillAsync(TwoHosts hosts)
    {
        using HttpClient client = new() { BaseAddress = new Uri($"http://{(await hosts.PlaceAsync()).Address}") };
        using StringContent body = new(string.Join('\n', Enumerable.Range(0, Entries).Select(i => $"entry-{i}")));
        using HttpResponseMessage filled = await client.PostAsync("/fill", body);
        filled.EnsureSuccessStatusCode();
    }
}
