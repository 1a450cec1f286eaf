using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Server.Replies;

namespace Yadokari.Rpc.Server;

/// <summary>The middleware: passes calls through the gate, answers repeated ones, and says where the service is when it is not here.</summary>
internal sealed class MovableCalls(RequestDelegate next, ServiceLife life, ReplyTable replies, YadokariOptions options, Forwarder forwarder)
{
    private int _held;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(MovedHeaders.Connect) && life.State != InstanceState.Moved)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        bool streaming = IsStreaming(context);
        if (context.Request.Headers[MovedHeaders.WarmUp] is [{ } token] && token == life.WarmUpToken)
        {
            // As a call that comes before the commit would: it is held, and let go.
            await HoldAsync(Task.Delay(1), context).ConfigureAwait(false);
            await RunAsync(context, entered: false).ConfigureAwait(false);
            return;
        }
        while (true)
        {
            Task changed = life.Gate.Changed;
            if (life.Gate.TryEnter())
            {
                if (streaming)
                {
                    if (await TryStreamAsync(context).ConfigureAwait(false))
                    {
                        return;
                    }
                }
                else if (MovedAnswer.IsNegotiation(context.Request) && life.Streaming.IsClosed)
                {
                    // What it negotiates could not begin here any more.
                    life.Gate.Leave();
                }
                else
                {
                    await RunAsync(context, entered: true).ConfigureAwait(false);
                    return;
                }
            }
            else if (life.IsElsewhere && life.Elsewhere is { } place && !IsExpected(context.Request))
            {
                if (!await forwarder.TryForwardAsync(context).ConfigureAwait(false))
                {
                    MovedAnswer.Write(context, place);
                }
                return;
            }
            else if (!streaming && life.State == InstanceState.Drained && IsReady(context.Request, out string? next))
            {
                MovedAnswer.WriteNext(context, next);
                return;
            }
            if (!await HoldAsync(changed, context).ConfigureAwait(false))
            {
                MovedAnswer.WriteBusy(context);
                return;
            }
        }
    }

    /// <summary>Its client is connected to where the service is about to be: there it waits as well as here, and is answered sooner.</summary>
    private bool IsReady(HttpRequest request, [NotNullWhen(true)] out string? next)
    {
        next = life.Next is { } place ? MovedAnswer.AddressFor(request, place) : null;
        return next is not null && request.Headers[MovedHeaders.Next] == next;
    }

    /// <summary>The instance that serves has sent it here before it is decided that the service comes.</summary>
    private bool IsExpected(HttpRequest request) =>
        life is { State: InstanceState.Held, Settings: { } settings } && request.Headers[MovedHeaders.Next] == MovedAnswer.AddressFor(request, settings.Own);

    /// <summary>Waits for the decision; false when that takes too long, or too many wait.</summary>
    private async Task<bool> HoldAsync(Task changed, HttpContext context)
    {
        try
        {
            return Interlocked.Increment(ref _held) <= options.MaxHeldCalls
                && await WaitAsync(changed, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    private async Task<bool> WaitAsync(Task task, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(options.HoldBound, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A call that lasts is not counted by the gate: it is told of a move before the gate closes. False: it has to wait for
    /// the end of a move that has begun.</summary>
    private async Task<bool> TryStreamAsync(HttpContext context)
    {
        using IDisposable? call = life.Streaming.TryBegin(context);
        life.Gate.Leave();
        if (call is null)
        {
            return false;
        }
        await next(context).ConfigureAwait(false);
        return true;
    }

    private async Task RunAsync(HttpContext context, bool entered)
    {
        try
        {
            if (life.Settings is { } settings)
            {
                context.Response.Headers[MovedHeaders.Service] = settings.Own.Service;
                context.Response.Headers[MovedHeaders.Epoch] = settings.Own.Epoch.ToString(CultureInfo.InvariantCulture);
                if (life.Next is { } place)
                {
                    context.Response.Headers[MovedHeaders.Next] = MovedAnswer.AddressFor(context.Request, place);
                }
            }
            CallId? call = CallId.Read(context.Request.Headers, out string? error);
            if (error is not null)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, error).ConfigureAwait(false);
                return;
            }
            if (call is null)
            {
                await next(context).ConfigureAwait(false);
                return;
            }
            while (true)
            {
                switch (replies.Admit(call))
                {
                    case Admission.Run:
                        Reply? toSend = await RecordAsync(context, call).ConfigureAwait(false);
                        // What is kept is the state's: the move needs not wait for a slow reader.
                        Leave(ref entered);
                        await SendAsync(context, toSend).ConfigureAwait(false);
                        return;
                    case Admission.Repeat repeat:
                        Leave(ref entered);
                        Show(context.Response, repeat.Reply);
                        await SendAsync(context, repeat.Reply).ConfigureAwait(false);
                        return;
                    case Admission.Wait wait:
                        await wait.Ended.WaitAsync(context.RequestAborted).ConfigureAwait(false);
                        break;
                    case Admission.Refuse refuse:
                        await RefuseAsync(context, StatusCodes.Status409Conflict, refuse.Reason).ConfigureAwait(false);
                        return;
                    default:
                        MovedAnswer.WriteBusy(context);
                        return;
                }
            }
        }
        finally
        {
            Leave(ref entered);
        }
    }

    /// <summary>Runs a call and keeps its reply. Returns what is still to be sent; null when the client has it already.</summary>
    private async Task<Reply?> RecordAsync(HttpContext context, CallId call)
    {
        IHttpResponseBodyFeature original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using RecordingStream stream = new(original.Stream, options.MaxReplyBytes);
        StreamResponseBodyFeature recording = new(stream);
        context.Features.Set<IHttpResponseBodyFeature>(recording);
        Reply reply = Reply.Failed;
        try
        {
            await next(context).ConfigureAwait(false);
            await recording.CompleteAsync().ConfigureAwait(false);
            reply = Reply.Of(context.Response, context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers, stream.PassedThrough ? null : stream.ToArray());
            return stream.PassedThrough ? null : reply;
        }
        finally
        {
            // Also when it failed: a repeated call must not run what ran half.
            context.Features.Set(original);
            replies.Complete(call, reply);
        }
    }

    private static async Task SendAsync(HttpContext context, Reply? reply)
    {
        if (reply?.Body is not { } body)
        {
            return;
        }
        bool mayHaveBody = reply.Status >= 200 && reply.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified);
        if (mayHaveBody && reply.Trailers.Count == 0)
        {
            context.Response.ContentLength = body.Length;
        }
        if (body.Length > 0)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static void Show(HttpResponse response, Reply reply)
    {
        response.StatusCode = reply.Status;
        foreach ((string name, string value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }
        response.Headers[MovedHeaders.Repeated] = "1";
        foreach ((string name, string value) in response.SupportsTrailers() ? reply.Trailers : [])
        {
            response.AppendTrailer(name, value);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        const string grpcAborted = "10";
        if (MovedAnswer.IsGrpc(context.Request))
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = grpcAborted;
            context.Response.Headers["grpc-message"] = reason;
            return Task.CompletedTask;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    private void Leave(ref bool entered)
    {
        if (entered)
        {
            entered = false;
            life.Gate.Leave();
        }
    }

    private static bool IsStreaming(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)
        || context.GetEndpoint()?.Metadata.GetMetadata<StreamingCallAttribute>() is not null
        || IsPoll(context);

    /// <summary>A SignalR client without WebSockets asks for messages by a GET that lasts.</summary>
    private static bool IsPoll(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;
}
