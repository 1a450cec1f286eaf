using System.Net;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// Refuses what a page in somebody's browser can make it send: requests that name another host (also one that was made to
/// lead here, "DNS rebinding"), that come from a page (Origin, Sec-Fetch-…), or whose body a page may send without asking.
/// </summary>
public static class BrowserGuard
{
    /// <summary>What this program's clients say, and what curl --unix-socket is usually given.</summary>
    private static readonly string[] Hosts = ["yado", "localhost"];

    private static readonly string[] OfPages = ["Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"];

    public static Task Guard(HttpContext context, RequestDelegate next) =>
        Explain(context.Request) is { } reason
            ? ApiCall.WriteAsync(context, new ErrorBody(reason, YadoError.WrongUsage, []), ProtocolJson.Default.ErrorBody, StatusCodes.Status403Forbidden)
            : next(context);

    /// <summary>Null when the request may go on; else why not.</summary>
    public static string? Explain(HttpRequest request)
    {
        if (!Hosts.Contains(request.Host.Value, StringComparer.Ordinal) && request.Host.Value != OwnAddress(request))
        {
            return $"the request is for host '{Bounds.Shorten(Printable(request.Host.Value ?? ""))}': the header must be 'Host: yado'";
        }
        if (Array.Find(OfPages, request.Headers.ContainsKey) is { } header)
        {
            return $"the request has a header {header}: this is no server for browsers";
        }
        // Whoever sends a body says what it is; text/plain and forms are what pages may send to anywhere.
        bool hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
        return hasBody && TypeOf(request) is not (MediaTypeNames.Application.Json or MediaTypeNames.Application.Octet)
            ? "the body must be application/json"
            : null;
    }

    /// <summary>A number is nobody's to give to another machine, as a name is.</summary>
    private static string? OwnAddress(HttpRequest request) => request.HttpContext.Connection is { LocalIpAddress: { } address, LocalPort: int port }
        ? new IPEndPoint(address, port).ToString()
        : null;

    /// <summary>The type of a body, without its parameters.</summary>
    public static string? TypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
