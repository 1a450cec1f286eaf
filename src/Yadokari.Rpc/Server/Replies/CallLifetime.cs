using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>
/// How long a numbered call runs: its client asks again when the connection breaks, so that is no reason to end the call at once. It is
/// told to end (<see cref="HttpContext.RequestAborted"/>) when its client has been gone for a while, or the program ends.
/// </summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationToken _original;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _broken;
    private CancellationTokenRegistration _stopping;

    /// <param name="patience">After the end of the connection.</param>
    /// <param name="stopping">The program ends.</param>
    public CallLifetime(HttpContext context, TimeSpan patience, CancellationToken stopping)
    {
        _context = context;
        _original = context.RequestAborted;
        context.RequestAborted = _end.Token;
        _broken = _original.Register(() =>
        {
            _stopping = stopping.Register(static end => TryCancel((CancellationTokenSource)end!), _end);
            TryCancelAfter(patience);
        });
    }

    public void Dispose()
    {
        _broken.Dispose();
        _stopping.Dispose();
        _context.RequestAborted = _original;
        _end.Dispose();
    }

    private void TryCancelAfter(TimeSpan patience)
    {
        try
        {
            _end.CancelAfter(patience);
        }
        catch (ObjectDisposedException)
        {
            // The call has ended meanwhile.
        }
    }

    private static void TryCancel(CancellationTokenSource end)
    {
        try
        {
            end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has ended meanwhile.
        }
    }
}
