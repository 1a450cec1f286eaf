using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Server;

public sealed class CallGateTests
{
    private readonly CallGate _gate = new();

    [Fact]
    public void A_closed_gate_lets_nobody_in_and_is_empty_when_the_last_call_has_left()
    {
        _gate.TryEnter(out _).ShouldBeTrue();
        _gate.TryEnter(out _).ShouldBeTrue();

        Task empty = _gate.Close();

        _gate.TryEnter(out _).ShouldBeFalse();
        _gate.Leave(0);
        empty.IsCompleted.ShouldBeFalse();
        _gate.Leave(0);
        empty.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_gate_that_nobody_is_in_is_empty_at_once()
    {
        _gate.Close().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void An_opened_gate_wakes_those_who_wait_and_lets_them_in()
    {
        _gate.Close();
        Task changed = _gate.Changed;

        _gate.Open();

        changed.IsCompletedSuccessfully.ShouldBeTrue();
        _gate.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void A_turn_waits_for_the_calls_that_were_there_and_not_for_those_that_came_later()
    {
        _gate.TryEnter(out int first).ShouldBeTrue();

        Task turned = _gate.Turn();

        _gate.TryEnter(out int second).ShouldBeTrue();
        _gate.Leave(second);
        _gate.TryEnter(out second).ShouldBeTrue();
        turned.IsCompleted.ShouldBeFalse();
        _gate.Lasting.ShouldBe(1);
        _gate.Turn().ShouldBe(turned, "it is not over");
        _gate.Leave(first);
        turned.IsCompletedSuccessfully.ShouldBeTrue();
        _gate.InFlight.ShouldBe(1);
    }

    [Fact]
    public async Task No_call_is_in_once_the_gate_is_empty_however_many_press()
    {
        int inside = 0;
        int wrong = 0;
        int rounds = 0;
        using CancellationTokenSource stop = new();
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (_gate.TryEnter(out int generation))
                {
                    Interlocked.Increment(ref inside);
                    Interlocked.Decrement(ref inside);
                    _gate.Leave(generation);
                }
            }
        }))];
        while (rounds++ < 2000)
        {
            await _gate.Turn();
            await _gate.Close();
            wrong += Volatile.Read(ref inside);
            _gate.Open();
        }
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        wrong.ShouldBe(0);
        _gate.InFlight.ShouldBe(0);
    }
}
