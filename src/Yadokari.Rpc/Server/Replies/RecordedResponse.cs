using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>
/// A response whose body is recorded. It has begun when its program has begun it, though nothing has been sent: whoever writes trailers
/// looks at that, and writes them into the headers of a response that has not.
/// </summary>
internal sealed class RecordedResponse(IHttpResponseFeature inner, RecordingStream stream) : StreamResponseBodyFeature(stream), IHttpResponseFeature
{
    private bool _started;

    public bool HasStarted => _started || stream.HasBegun || inner.HasStarted;

    public int StatusCode
    {
        get => inner.StatusCode;
        set => inner.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => inner.ReasonPhrase;
        set => inner.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => inner.Headers;
        set => inner.Headers = value;
    }

    [Obsolete("Of the interface, which has it for programs of long ago.")]
    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException("the body of a recorded response is set by IHttpResponseBodyFeature");
    }

    public override Task StartAsync(CancellationToken cancellationToken = default)
    {
        _started = true;
        return base.StartAsync(cancellationToken);
    }

    public void OnStarting(Func<object, Task> callback, object state) => inner.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => inner.OnCompleted(callback, state);
}
