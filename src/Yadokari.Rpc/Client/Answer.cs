using System.Globalization;
using System.Net;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Client;

/// <summary>What an answer says about the call and the service, besides its content.</summary>
/// <param name="Service">The service that answers; null: the call has not run, or it is no movable server.</param>
/// <param name="Moved">Where the service is; the call has not run.</param>
/// <param name="Next">Where the service will be.</param>
/// <param name="IsKept">A gRPC call with one reply, which may be asked for again.</param>
internal sealed record Answer(string? Service, int? Epoch, IPEndPoint? Moved, string? Next, bool IsKept, bool IsRedirect, bool IsToBeTriedAgain)
{
    public static Answer Of(HttpResponseMessage response)
    {
        int? epoch = int.TryParse(Header(response, MovedHeaders.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : null;
        return new Answer(
            Header(response, MovedHeaders.Service),
            epoch,
            epoch is not null && Header(response, MovedHeaders.Ended) is null && Header(response, MovedHeaders.Moved) is { } moved && IPEndPoint.TryParse(moved, out IPEndPoint? end) ? end : null,
            Header(response, MovedHeaders.Next),
            Header(response, MovedHeaders.Kept) is not null,
            response.StatusCode == HttpStatusCode.TemporaryRedirect,
            Header(response, MovedHeaders.NotRun) is not null
                || (response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null && response.Content.Headers.ContentLength == 0));
    }

    /// <summary>The call has not run, and may be made at the next place. A redirect of the program's own, which also tells of the next
    /// place, is one that the service has answered.</summary>
    public bool IsSentAhead(string ready) => IsRedirect && Service is null && Moved is null && Next == ready;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
