using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server;

/// <summary>One call that lasts. One of gRPC is cut so that its method ends and its client is told why; of any other the connection is
/// cut. Thread-safe.</summary>
internal sealed class StreamingCall : IDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationTokenSource? _cut;
    private readonly PipeReader? _requests;
    private readonly Lock _lock = new();
    private bool _disposed;

    public StreamingCall(HttpContext context, bool isGrpc)
    {
        _context = context;
        if (isGrpc)
        {
            _cut = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            _requests = context.Request.BodyReader;
            context.RequestAborted = _cut.Token;
        }
    }

    /// <summary>The move did not wait for its end.</summary>
    public bool IsCut { get; private set; }

    public void Cut()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            IsCut = true;
            if (_cut is null)
            {
                _context.Abort();
                return;
            }
            // A method that waits for the client's next message does not look at its token.
            _requests!.CancelPendingRead();
            _ = _cut.CancelAsync();
        }
    }

    /// <summary>It did not end although it was cut.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _context.Abort();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            if (!IsCut)
            {
                _cut?.Dispose();
            }
        }
    }
}
