using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Says "moved" so that any client understands it: 307 to plain HTTP, UNAVAILABLE to gRPC.</summary>
internal static class MovedAnswer
{
    private const string GrpcUnavailable = "14";

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The call has not run: it is to be made again at <paramref name="place"/>.</summary>
    public static void Write(HttpContext context, ServicePlace place)
    {
        HttpRequest request = context.Request;
        HttpResponse response = context.Response;
        bool http2 = HttpProtocol.IsHttp2(request.Protocol);
        string address = http2 ? place.Http2Address : place.Address;
        response.Headers[MovedHeaders.Moved] = address;
        response.Headers[MovedHeaders.Epoch] = place.Epoch.ToString(CultureInfo.InvariantCulture);
        response.Headers[MovedHeaders.Service] = place.Service;
        if (IsGrpc(request))
        {
            // Trailers-only: a gRPC client takes 307 or 421 for UNKNOWN, but tries UNAVAILABLE again.
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = GrpcUnavailable;
            response.Headers["grpc-message"] = $"moved to {address}";
        }
        else
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = $"http://{address}{request.PathBase}{request.Path}{request.QueryString}";
            response.ContentLength = 0;
        }
        CloseConnection(context, http2);
    }

    /// <summary>Try again: it has not run.</summary>
    public static void WriteBusy(HttpContext context)
    {
        if (IsGrpc(context.Request))
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = GrpcUnavailable;
            context.Response.Headers["grpc-message"] = "the service is about to move, try again";
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
            context.Response.Headers.Connection = "close";
            return;
        }
        // "Connection: close" does nothing on HTTP/2; this sends GOAWAY.
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }
}
