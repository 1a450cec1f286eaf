using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server;

/// <summary>The calls that last: told of a move, then cut. Thread-safe.</summary>
internal sealed class StreamingCalls
{
    private readonly ConcurrentDictionary<HttpContext, bool> _running = new();
    private CancellationTokenSource _moving = new();

    /// <summary>Cancelled when the next move begins.</summary>
    public CancellationToken Moving => Volatile.Read(ref _moving).Token;

    /// <summary>Begins a call; dispose what it returns at its end.</summary>
    public IDisposable Begin(HttpContext context)
    {
        _running[context] = true;
        context.Features.Set<IMoveNotice>(new Notice(Moving));
        return new Call(this, context);
    }

    /// <summary>Tells every call, waits for their ends, cuts those that last longer, and waits for these.</summary>
    public async Task FinishAsync(TimeSpan bound, CancellationToken cancellation)
    {
        if (_running.IsEmpty)
        {
            return;
        }
        CancellationTokenSource told = Interlocked.Exchange(ref _moving, new CancellationTokenSource());
        await told.CancelAsync().ConfigureAwait(false);
        long end = Environment.TickCount64 + (long)bound.TotalMilliseconds;
        while (!_running.IsEmpty && Environment.TickCount64 < end)
        {
            await Task.Delay(5, cancellation).ConfigureAwait(false);
        }
        while (!_running.IsEmpty)
        {
            foreach (HttpContext context in _running.Keys)
            {
                context.Abort();
            }
            await Task.Delay(5, cancellation).ConfigureAwait(false);
        }
    }

    private sealed record Notice(CancellationToken Moving) : IMoveNotice;

    private sealed class Call(StreamingCalls calls, HttpContext context) : IDisposable
    {
        public void Dispose() => calls._running.TryRemove(context, out _);
    }
}
