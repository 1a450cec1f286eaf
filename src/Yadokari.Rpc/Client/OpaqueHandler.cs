namespace Yadokari.Rpc.Client;

/// <summary>Hides what sends. Grpc.Net.Client looks for a <see cref="SocketsHttpHandler"/> behind its handler and makes it connect to the
/// channel's first address, wherever a request is to go: a call could never be made at another place.</summary>
internal sealed class OpaqueHandler(HttpMessageHandler inner) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _inner = new(inner);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => _inner.Send(request, cancellationToken);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _inner.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
