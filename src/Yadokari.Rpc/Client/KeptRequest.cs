using System.Globalization;
using System.Net.Http.Headers;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Client;

/// <summary>A request that can be sent again, to another address.</summary>
internal sealed class KeptRequest
{
    private readonly HttpRequestMessage _original;
    private readonly byte[]? _body;

    private KeptRequest(HttpRequestMessage original, byte[]? body, LiveBody? live = null)
    {
        _original = original;
        _body = body;
        Live = live;
    }

    /// <summary>A body that is made while it is sent; null: all of it is there.</summary>
    public LiveBody? Live { get; }

    /// <summary>It can be sent from its beginning.</summary>
    public bool IsKept => Live is null or { IsKept: true };

    /// <exception cref="HttpRequestException">The body is larger than may be kept.</exception>
    public static async Task<KeptRequest> TakeAsync(HttpRequestMessage request, long most, CancellationToken cancellation)
    {
        if (request.Content is not { } content)
        {
            return new KeptRequest(request, null);
        }
        if (IsGrpc(request) && content.Headers.ContentLength is null)
        {
            // One message is written at once; of a stream of messages nobody knows when the last one comes.
            LiveBody live = new(most);
            _ = live.FillAsync(content, cancellation);
            return live is { IsComplete: true, IsKept: true } ? new KeptRequest(request, live.ToArray()) : new KeptRequest(request, null, live);
        }
        await content.LoadIntoBufferAsync(most, cancellation).ConfigureAwait(false);
        return new KeptRequest(request, await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
    }

    public static bool IsGrpc(HttpRequestMessage request) =>
        request.Content?.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The request for one attempt. The caller disposes it.</summary>
    /// <param name="next">The next place, when the client is connected there; null: none, or it is not to be sent there.</param>
    public HttpRequestMessage Make(ServiceRoute route, string authority, (long Number, long Acknowledged)? call, int attempt, string? next)
    {
        HttpRequestMessage copy = new(_original.Method, Rewrite(_original.RequestUri!, authority))
        {
            Version = _original.Version,
            VersionPolicy = _original.VersionPolicy,
        };
        foreach ((string name, IEnumerable<string> values) in _original.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }
        foreach ((string name, object? value) in _original.Options)
        {
            copy.Options.TryAdd(name, value);
        }
        if (_body is not null)
        {
            copy.Content = new ByteArrayContent(_body);
            CopyHeaders(_original.Content!.Headers, copy.Content.Headers);
        }
        else if (Live is not null)
        {
            copy.Content = new LiveContent(Live);
            CopyHeaders(_original.Content!.Headers, copy.Content.Headers);
        }
        if (next is not null)
        {
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Next, next);
        }
        if (call is var (number, acknowledged))
        {
            Number(copy.Headers, route, number, acknowledged, attempt);
        }
        return copy;
    }

    /// <summary>Says which call it is.</summary>
    public static void Number(HttpRequestHeaders headers, ServiceRoute route, long number, long acknowledged, int attempt)
    {
        headers.TryAddWithoutValidation(MovedHeaders.Client, route.Client);
        headers.TryAddWithoutValidation(MovedHeaders.Call, number.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation(MovedHeaders.Acknowledged, acknowledged.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation(MovedHeaders.Attempt, attempt.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The same address at another place.</summary>
    public static Uri Rewrite(Uri uri, string authority) => new($"{uri.Scheme}://{authority}{uri.PathAndQuery}");

    public static void CopyHeaders(HttpContentHeaders from, HttpContentHeaders to)
    {
        foreach ((string name, IEnumerable<string> values) in from)
        {
            if (name != "Content-Length")
            {
                to.TryAddWithoutValidation(name, values);
            }
        }
    }
}
