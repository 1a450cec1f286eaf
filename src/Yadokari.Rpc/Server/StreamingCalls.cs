using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server;

/// <summary>The calls that last: told of a move, then cut; none begins until the move is decided. Thread-safe.</summary>
internal sealed class StreamingCalls
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<HttpContext> _running = [];
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

    /// <summary>Begins a call; dispose what it returns at its end. Null: a move has begun, the call has to wait for its end.</summary>
    public IDisposable? TryBegin(HttpContext context)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return null;
            }
            _running.Add(context);
            context.Features.Set<IMoveNotice>(new Notice(_moving.Token));
            return new Call(this, context);
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
        foreach (HttpContext context in Running())
        {
            context.Abort();
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

    private HttpContext[] Running()
    {
        lock (_lock)
        {
            return [.. _running];
        }
    }

    private void End(HttpContext context)
    {
        lock (_lock)
        {
            _running.Remove(context);
        }
    }

    private sealed record Notice(CancellationToken Moving) : IMoveNotice;

    private sealed class Call(StreamingCalls calls, HttpContext context) : IDisposable
    {
        public void Dispose() => calls.End(context);
    }
}
