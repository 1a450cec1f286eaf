using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server;

/// <summary>The calls that last: told of a move, then cut; none begins until the move is decided. Thread-safe.</summary>
internal sealed class StreamingCalls
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<StreamingCall> _running = [];
    private CancellationTokenSource _moving = new();
    private bool _closed;

    /// <summary>Cancelled when the next move begins.</summary>
    public CancellationToken Moving
    {
        get
        {
            lock (_lock)
            {
                return _moving.Token;
            }
        }
    }

    /// <summary>A move has begun, and no call can.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>Begins a call; <see cref="End"/> it. Null: a move has begun, the call has to wait for its end.</summary>
    /// <param name="isGrpc">Cut, it still says why.</param>
    public StreamingCall? TryBegin(HttpContext context, bool isGrpc = false)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return null;
            }
            StreamingCall call = new(context, isGrpc);
            _running.Add(call);
            context.Features.Set<IMoveNotice>(new Notice(_moving.Token));
            return call;
        }
    }

    /// <summary>Lets no call in any more, tells every one, waits for their ends, cuts those that last longer, and waits for these.</summary>
    /// <exception cref="InvalidOperationException">Some don't end although they are cut.</exception>
    public async Task FinishAsync(TimeSpan bound, CancellationToken cancellation)
    {
        CancellationTokenSource told;
        lock (_lock)
        {
            if (_closed && _running.Count == 0)
            {
                return;
            }
            _closed = true;
            // Also when none runs just now: a SignalR client that polls is there between two polls, too.
            told = _moving;
            _moving = new CancellationTokenSource();
        }
        await told.CancelAsync().ConfigureAwait(false);
        if (await EndAsync(bound, cancellation).ConfigureAwait(false))
        {
            return;
        }
        foreach (StreamingCall call in Running())
        {
            call.Cut();
        }
        if (Running().Length > 0 && await EndAsync(CutPatience, cancellation).ConfigureAwait(false))
        {
            return;
        }
        foreach (StreamingCall call in Running())
        {
            call.Abort();
        }
        if (!await EndAsync(EndPatience, cancellation).ConfigureAwait(false))
        {
            throw new InvalidOperationException(
                $"{Running().Length} streaming calls were cut and go on all the same: they have to heed HttpContext.RequestAborted");
        }
    }

    /// <summary>Lets calls in again.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _closed = false;
        }
    }

    private async Task<bool> EndAsync(TimeSpan bound, CancellationToken cancellation)
    {
        long end = Environment.TickCount64 + (long)bound.TotalMilliseconds;
        while (Running().Length > 0)
        {
            if (Environment.TickCount64 >= end)
            {
                return false;
            }
            await Task.Delay(Look, cancellation).ConfigureAwait(false);
        }
        return true;
    }

    private StreamingCall[] Running()
    {
        lock (_lock)
        {
            return [.. _running];
        }
    }

    public void End(StreamingCall call)
    {
        lock (_lock)
        {
            _running.Remove(call);
        }
    }

    private sealed record Notice(CancellationToken Moving) : IMoveNotice;
}
