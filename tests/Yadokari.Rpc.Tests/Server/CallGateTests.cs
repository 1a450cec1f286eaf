using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Server;

public sealed class CallGateTests
{
    private readonly CallGate _gate = new();

    [Fact]
    public void A_closed_gate_lets_nobody_in_and_is_empty_when_the_last_call_has_left()
    {
        _gate.TryEnter().ShouldBeTrue();
        _gate.TryEnter().ShouldBeTrue();

        Task empty = _gate.Close();

        _gate.TryEnter().ShouldBeFalse();
        _gate.Leave();
        empty.IsCompleted.ShouldBeFalse();
        _gate.Leave();
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
        _gate.TryEnter().ShouldBeTrue();
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
                if (_gate.TryEnter())
                {
                    Interlocked.Increment(ref inside);
                    Interlocked.Decrement(ref inside);
                    _gate.Leave();
                }
            }
        }))];
        while (rounds++ < 2000)
        {
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
