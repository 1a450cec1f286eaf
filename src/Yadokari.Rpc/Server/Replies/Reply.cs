using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>An answer as it is kept for a repeated call.</summary>
/// <param name="Body">Null: it was too large to be kept, so a repeated call can only be refused.</param>
internal sealed record Reply(
    int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<KeyValuePair<string, string>> Trailers, byte[]? Body)
{
    /// <summary>Headers that the server makes anew for each answer.</summary>
    private static readonly HashSet<string> NotKept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Connection", "Transfer-Encoding", "Content-Length", MovedHeaders.Service, MovedHeaders.Epoch, MovedHeaders.Next,
    };

    public int Size => (Body?.Length ?? 0) + 64 + Headers.Concat(Trailers).Sum(h => h.Key.Length + h.Value.Length + 16);

    /// <summary>Of a call that ended in an exception.</summary>
    public static Reply Failed { get; } = new(StatusCodes.Status500InternalServerError, [], [], []);

    public static Reply Of(HttpResponse response, IHeaderDictionary? trailers, byte[]? body) =>
        new(response.StatusCode, Flatten(response.Headers), trailers is null ? [] : Flatten(trailers), body);

    private static List<KeyValuePair<string, string>> Flatten(IHeaderDictionary headers)
    {
        List<KeyValuePair<string, string>> flat = [];
        foreach ((string name, StringValues values) in headers)
        {
            if (NotKept.Contains(name))
            {
                continue;
            }
            foreach (string? value in values)
            {
                flat.Add(new(name, value ?? ""));
            }
        }
        return flat;
    }
}
