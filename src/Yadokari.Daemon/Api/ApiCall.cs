using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Api;

/// <summary>One request: its bounded input, its answer, and what becomes of a failure.</summary>
public static partial class ApiCall
{
    private const string JsonType = "application/json";

    /// <summary>Makes a handler whose failures are answered as <see cref="ErrorBody"/>, never as a stack trace.</summary>
    public static RequestDelegate Handler(ILogger logger, Func<HttpContext, Task> act) => async context =>
    {
        using Activity? span = context.Request.Headers[ApiConnection.TraceHeader] is [{ } parent] ? MoveTrace.Serve(parent, NameOf(context)) : null;
        try
        {
            await act(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            context.Abort();
        }
        catch (Exception failure)
        {
            ErrorBody body = ToError(failure);
            span?.SetStatus(ActivityStatusCode.Error, body.Error);
            if (failure is not (YadoException or BadHttpRequestException or JsonException or StoreException))
            {
                LogUnexpected(logger, context.Request.Path, failure);
            }
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }
            await WriteAsync(context, body, ProtocolJson.Default.ErrorBody, StatusOf(body.Kind)).ConfigureAwait(false);
        }
    };

    /// <summary>What the user is told of a failure.</summary>
    public static ErrorBody ToError(Exception failure) => failure switch
    {
        YadoException said => said.Body,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Usage("the request is too large"),
        BadHttpRequestException or JsonException => Usage("the request is not one that this version of yado understands"),
        StoreException store => new ErrorBody(store.Message, YadoError.Failed, []),
        _ => new ErrorBody($"the daemon failed: {failure.Message.ReplaceLineEndings(" ")}; its log tells more", YadoError.Failed, []),
    };

    /// <exception cref="YadoException">Not sent as JSON; exit status 2.</exception>
    /// <exception cref="JsonException">Not a message of that kind.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) =>
        BrowserGuard.TypeOf(context.Request) != JsonType
            ? throw new YadoException(YadoError.WrongUsage, $"the body must be {JsonType}")
            : await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
        ?? throw new JsonException("null");

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = JsonType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>A value of the path, bounded.</summary>
    public static string Route(HttpContext context, string name)
    {
        string value = (string?)context.Request.RouteValues[name] ?? "";
        return Limits.IsName(value) ? value : throw new YadoException(YadoError.WrongUsage, $"'{Bounds.Shorten(value)}' is not the name or id of a {name}");
    }

    public static bool Flag(HttpContext context, string name) => context.Request.Query[name] == "true";

    /// <summary>A number of the query within 0 and <paramref name="most"/>; 0 when it is not given.</summary>
    public static long Number(HttpContext context, string name, long most) => Given(context, name, most) ?? 0;

    /// <summary>A number of the query within 0 and <paramref name="most"/>; null when it is not given.</summary>
    public static long? Given(HttpContext context, string name, long most)
    {
        string? text = context.Request.Query[name];
        if (text is null)
        {
            return null;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= most
            ? value
            : throw new YadoException(YadoError.WrongUsage, $"{name} is not a number between 0 and {most}");
    }

    /// <summary>The caller is on this machine and came by the unix socket.</summary>
    public static bool IsLocal(HttpContext context) => context.Features.Get<LocalCaller>() is not null;

    /// <exception cref="YadoException">It came from another host.</exception>
    public static void RequireLocal(HttpContext context)
    {
        if (!IsLocal(context))
        {
            throw new YadoException(YadoError.Failed, "only a program on the host itself may ask that");
        }
    }

    /// <summary>Takes the bound off the body of this request: the handler bounds what it reads.</summary>
    public static void AllowLargeBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    /// <summary>As a span is called by OpenTelemetry's rules for HTTP servers.</summary>
    private static string NameOf(HttpContext context) => $"{context.Request.Method} {(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";

    private static ErrorBody Usage(string error) => new(error, YadoError.WrongUsage, []);

    private static int StatusOf(YadoError kind) => kind switch
    {
        YadoError.WrongUsage => StatusCodes.Status400BadRequest,
        YadoError.Obstacles or YadoError.Refused => StatusCodes.Status409Conflict,
        YadoError.NotFound => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    private static partial void LogUnexpected(ILogger logger, string path, Exception failure);
}
