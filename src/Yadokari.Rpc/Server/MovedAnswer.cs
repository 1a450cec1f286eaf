using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Says "moved" so that any client understands it: 307 to plain HTTP, UNAVAILABLE to gRPC.</summary>
internal static class MovedAnswer
{
    private const string GrpcUnavailable = "14";
    private const string Negotiate = "/negotiate";
    private const string NegotiateVersion = "negotiateVersion";

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>ADDR:PORT at a place for the protocol of a request.</summary>
    public static string AddressFor(HttpRequest request, ServicePlace place) => HttpProtocol.IsHttp2(request.Protocol) ? place.Http2Address : place.Address;

    /// <summary>The call has not run: it is to be made again at <paramref name="place"/>.</summary>
    public static void Write(HttpContext context, ServicePlace place)
    {
        HttpRequest request = context.Request;
        HttpResponse response = context.Response;
        bool http2 = HttpProtocol.IsHttp2(request.Protocol);
        string address = AddressFor(request, place);
        if (IsNegotiation(request))
        {
            WriteNegotiation(context, place);
            CloseConnection(context, http2);
            return;
        }
        response.Headers[MovedHeaders.Moved] = address;
        response.Headers[MovedHeaders.Epoch] = place.Epoch.ToString(CultureInfo.InvariantCulture);
        response.Headers[MovedHeaders.Service] = place.Service;
        if (IsGrpc(request))
        {
            // Trailers-only: a gRPC client takes 307 or 421 for UNKNOWN, but tries UNAVAILABLE again.
            response.StatusCode = StatusCodes.Status200OK;
            WriteGrpcStatus(context, GrpcUnavailable, $"moved to {address}");
        }
        else
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = $"http://{address}{request.PathBase}{request.Path}{request.QueryString}";
            response.ContentLength = 0;
        }
        CloseConnection(context, http2);
    }

    /// <summary>A stream of gRPC whose method was ended by a move: says so in the place of what the method said.</summary>
    /// <param name="place">Where the service is now; null: the move was given up.</param>
    public static void WriteCut(HttpContext context, ServicePlace? place)
    {
        if (place is null)
        {
            WriteGrpcStatus(context, GrpcUnavailable, "the stream was ended by a move, which was given up: call again")[MovedHeaders.Ended] = "1";
            return;
        }
        string address = AddressFor(context.Request, place);
        IHeaderDictionary metadata = WriteGrpcStatus(context, GrpcUnavailable, $"moved to {address}: the stream was ended, call again");
        metadata[MovedHeaders.Ended] = "1";
        metadata[MovedHeaders.Moved] = address;
        metadata[MovedHeaders.Epoch] = place.Epoch.ToString(CultureInfo.InvariantCulture);
        CloseConnection(context, HttpProtocol.IsHttp2(context.Request.Protocol));
    }

    /// <summary>Ends a call of gRPC: in its headers when nothing was sent, else behind what was sent.</summary>
    /// <returns>Where further metadata belongs.</returns>
    public static IHeaderDictionary WriteGrpcStatus(HttpContext context, string status, string message)
    {
        HttpResponse response = context.Response;
        IHeaderDictionary metadata = response.Headers;
        if (response.HasStarted)
        {
            metadata = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers ?? new HeaderDictionary();
        }
        else
        {
            response.ContentType = "application/grpc";
        }
        metadata["grpc-status"] = status;
        metadata["grpc-message"] = Uri.EscapeDataString(message).Replace("%20", " ", StringComparison.Ordinal);
        metadata.Remove("grpc-status-details-bin");
        return metadata;
    }

    /// <summary>The call has not run: it may be made at the next place, which is not decided for yet.</summary>
    public static void WriteNext(HttpContext context, string next)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers[MovedHeaders.Next] = next;
        context.Response.ContentLength = 0;
    }

    /// <summary>The first request of a SignalR client, which connects afterwards where it was told to: a 307 it would follow
    /// for this request only, and then connect to the old place.</summary>
    public static bool IsNegotiation(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.Value?.EndsWith(Negotiate, StringComparison.Ordinal) == true && request.Query.ContainsKey(NegotiateVersion);

    /// <summary>A redirection as SignalR's own protocol has it (TransportProtocols.md, "POST [endpoint-base]/negotiate").</summary>
    private static void WriteNegotiation(HttpContext context, ServicePlace place)
    {
        HttpRequest request = context.Request;
        QueryString query = QueryString.Create(request.Query.Where(pair => pair.Key != NegotiateVersion));
        string hub = request.Path.Value![..^Negotiate.Length];
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteString("url", $"http://{place.Address}{request.PathBase}{hub}{query}");
            writer.WriteEndObject();
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.WrittenCount;
        context.Response.BodyWriter.Write(json.WrittenSpan);
    }

    /// <summary>Try again: it has not run.</summary>
    public static void WriteBusy(HttpContext context)
    {
        if (IsGrpc(context.Request))
        {
            WriteGrpcStatus(context, GrpcUnavailable, "the service is about to move, or too busy: try again");
            context.Response.Headers[MovedHeaders.NotRun] = "1";
            return;
        }
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        context.Response.ContentLength = 0;
    }

    private static void CloseConnection(HttpContext context, bool http2)
    {
        if (!http2)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.Headers.Connection = "close";
            }
            return;
        }
        // "Connection: close" does nothing on HTTP/2; this sends GOAWAY.
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }
}
