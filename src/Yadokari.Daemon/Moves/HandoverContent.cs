using System.Net;

namespace Yadokari.Daemon.Moves;

/// <summary>A request body that is written by whoever gets the stream, until the end is told.</summary>
internal sealed class HandoverContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HandoverContent() => Headers.ContentType = new("application/octet-stream");

    /// <summary>The connection's stream, once the request line is on its way.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>The body is complete.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>The body will never be complete: the connection is cut.</summary>
    public void Cut() => _ended.TrySetException(new IOException("the sender gave up"));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _opened.TrySetResult(stream);
        return _ended.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
