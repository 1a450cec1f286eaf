using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Server;

/// <summary>Passes plain calls on to where the service is now, for clients that do not follow a "moved".</summary>
internal sealed class Forwarder : IDisposable
{
    /// <summary>Headers between two ends of one connection (RFC 9110, 7.6.1), which are not passed on.</summary>
    private static readonly HashSet<string> Hop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Expect",
    };

    private HttpClient? _client;
    private volatile Uri? _target;

    /// <summary>Begins to pass calls on. Further moves are followed.</summary>
    public void Begin(ServicePlace place)
    {
        YadokariClientOptions options = new() { Service = place.Service };
        options.AllowedHosts.Add(System.Net.IPEndPoint.Parse(place.Address).Address.ToString());
        _client = new HttpClient(new YadokariHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };
        _target = new Uri($"http://{place.Address}");
    }

    /// <summary>False when calls are not passed on, or this one speaks for itself: a client that follows or connects ahead, gRPC, a WebSocket.</summary>
    public async Task<bool> TryForwardAsync(HttpContext context)
    {
        if (_target is not { } target || context.Request.Headers.ContainsKey(MovedHeaders.Client) || context.Request.Headers.ContainsKey(MovedHeaders.Connect)
            || MovedAnswer.IsGrpc(context.Request)
            || context.WebSockets.IsWebSocketRequest)
        {
            return false;
        }
        HttpRequest request = context.Request;
        using HttpRequestMessage onward = new(new HttpMethod(request.Method), KeptRequest.Rewrite(new Uri(target, $"{request.PathBase}{request.Path}{request.QueryString}"), target.Authority));
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            onward.Content = new StreamContent(request.Body);
        }
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            if (!Hop.Contains(name) && !onward.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                onward.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
        try
        {
            using HttpResponseMessage answer = await _client!.SendAsync(onward, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers))
            {
                if (!Hop.Contains(name))
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
        return true;
    }

    public void Dispose() => _client?.Dispose();
}
