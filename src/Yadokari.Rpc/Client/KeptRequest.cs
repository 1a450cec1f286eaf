using System.Globalization;
using System.Net.Http.Headers;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Client;

/// <summary>A request that can be sent again, to another address.</summary>
internal sealed class KeptRequest(HttpRequestMessage original, byte[]? body)
{
    /// <exception cref="HttpRequestException">The body is larger than may be kept.</exception>
    public static async Task<KeptRequest> TakeAsync(HttpRequestMessage request, long most, CancellationToken cancellation)
    {
        if (request.Content is not { } content)
        {
            return new KeptRequest(request, null);
        }
        await content.LoadIntoBufferAsync(most, cancellation).ConfigureAwait(false);
        return new KeptRequest(request, await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The request for one attempt. The caller disposes it.</summary>
    /// <param name="next">The place ahead that the client is connected to; null: none, or it is not to be sent there.</param>
    public HttpRequestMessage Make(ServiceRoute route, string authority, (long Number, long Acknowledged)? call, int attempt, string? next)
    {
        HttpRequestMessage copy = new(original.Method, Rewrite(original.RequestUri!, authority))
        {
            Version = original.Version,
            VersionPolicy = original.VersionPolicy,
        };
        foreach ((string name, IEnumerable<string> values) in original.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }
        foreach ((string name, object? value) in original.Options)
        {
            copy.Options.TryAdd(name, value);
        }
        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            CopyHeaders(original.Content!.Headers, copy.Content.Headers);
        }
        if (next is not null)
        {
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Next, next);
        }
        if (call is var (number, acknowledged))
        {
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Client, route.Client);
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Call, number.ToString(CultureInfo.InvariantCulture));
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Acknowledged, acknowledged.ToString(CultureInfo.InvariantCulture));
            copy.Headers.TryAddWithoutValidation(MovedHeaders.Attempt, attempt.ToString(CultureInfo.InvariantCulture));
        }
        return copy;
    }

    /// <summary>The same address at another place.</summary>
    public static Uri Rewrite(Uri uri, string authority) => new($"{uri.Scheme}://{authority}{uri.PathAndQuery}");

    private static void CopyHeaders(HttpContentHeaders from, HttpContentHeaders to)
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
