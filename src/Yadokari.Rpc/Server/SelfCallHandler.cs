using System.Net;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Server;

/// <summary>
/// Sends what a held instance calls itself with, as a client's calls come: with numbers, and every other one with a body behind its
/// headers. A former instance here may listen on the same port, and the kernel gives a connection to either: a call that has met
/// the former one is sent again. Thread-safe.
/// </summary>
internal sealed class SelfCallHandler(string token) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private const int MostAttempts = 64;
    private const int AtOnce = 8;
    private const int MostPause = 8; // milliseconds

    private readonly ServiceRoute _route = new("itself");
    private int _count;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(MovedHeaders.WarmUp, token);
        (long Number, long Acknowledged)? call = YadokariHandler.IsSafe(request.Method) || request.Headers.Contains(MovedHeaders.Client) ? null : _route.Begin();
        if (call is var (number, acknowledged))
        {
            KeptRequest.Number(request.Headers, _route, number, acknowledged, attempt: 1);
        }
        if (request.Content is { } content && Interlocked.Increment(ref _count) % 2 == 0)
        {
            await content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            request.Content = new LateContent(content);
        }
        try
        {
            return await ReachAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (call is var (done, _))
            {
                _route.End(done);
            }
        }
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
                if (attempt == MostAttempts || !response.Headers.Contains(MovedHeaders.Moved))
                {
                    return response;
                }
                response.Dispose();
            }
            catch (Exception failure) when (attempt < MostAttempts && failure is HttpRequestException or IOException)
            {
                // The former one ends an HTTP/2 connection with its answer, which may come too late to be read.
            }
            // The first attempts at once: half of them meet the right one.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(attempt / AtOnce, MostPause)), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A body that is sent a moment after the headers.</summary>
    private sealed class LateContent : HttpContent
    {
        private readonly HttpContent _content;

        /// <param name="content">In memory; disposed with this.</param>
        public LateContent(HttpContent content)
        {
            _content = content;
            KeptRequest.CopyHeaders(content.Headers, Headers);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync().ConfigureAwait(false);
            await Task.Delay(1).ConfigureAwait(false);
            await _content.CopyToAsync(stream, context).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _content.Headers.ContentLength ?? 0;
            return _content.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _content.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
