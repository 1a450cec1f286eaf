namespace Yadokari.Rpc.Moves;

/// <summary>Loses replies: the server has sent them, the client does not get them.</summary>
/// <param name="every">Each so manieth; 0: none.</param>
internal sealed class UnreliableHandler(int every, HttpMessageHandler? inner = null)
    : DelegatingHandler(inner ?? new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private int _count;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (every > 0 && Interlocked.Increment(ref _count) % every == 0)
        {
            response.Dispose();
            throw new HttpRequestException("the reply was lost on purpose");
        }
        return response;
    }
}
