using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Server.Replies;

namespace Yadokari.Rpc.Server;

/// <summary>The middleware: passes calls through the gate, answers repeated ones, and says where the service is when it is not here.</summary>
internal sealed class MovableCalls(
    RequestDelegate next, ServiceLife life, ReplyTable replies, YadokariOptions options, Forwarder forwarder, IHostApplicationLifetime application)
{
    private const string GrpcInvalidArgument = "3";
    private const string GrpcAborted = "10";
    private const string GrpcUnavailable = "14";

    /// <summary>In the place of a generation: the call has not entered the gate, or has left it.</summary>
    private const int NotEntered = -1;

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
            await HoldAsync(Task.Delay(1), options.HoldBound, context).ConfigureAwait(false);
            if (await TryIdentifyAsync(context).ConfigureAwait(false) is (true, var own))
            {
                await RunAsync(context, own, NotEntered).ConfigureAwait(false);
            }
            return;
        }
        bool identified = streaming;
        CallId? call = null;
        long end = Environment.TickCount64 + (long)options.HoldBound.TotalMilliseconds;
        while (true)
        {
            Task changed = life.Gate.Changed;
            if (life.Gate.TryEnter(out int generation))
            {
                if (!identified)
                {
                    // Outside the gate: a move waits for no body that comes slowly.
                    life.Gate.Leave(generation);
                    (bool ok, call) = await TryIdentifyAsync(context).ConfigureAwait(false);
                    if (!ok)
                    {
                        return;
                    }
                    identified = true;
                    continue;
                }
                if (streaming)
                {
                    if (await TryStreamAsync(context, generation).ConfigureAwait(false))
                    {
                        return;
                    }
                }
                else if (MovedAnswer.IsNegotiation(context.Request) && life.Streaming.IsClosed)
                {
                    // What it negotiates could not begin here any more.
                    life.Gate.Leave(generation);
                }
                else
                {
                    await RunAsync(context, call, generation).ConfigureAwait(false);
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
            if (!await HoldAsync(changed, TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)), context).ConfigureAwait(false))
            {
                MovedAnswer.WriteBusy(context);
                return;
            }
        }
    }

    /// <summary>Which numbered call it is; null: it has no number. False: it is answered.</summary>
    private async Task<(bool Ok, CallId? Call)> TryIdentifyAsync(HttpContext context)
    {
        CallId? call = CallId.Read(context.Request.Headers, out string? error);
        if (error is not null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, GrpcInvalidArgument, error).ConfigureAwait(false);
            return (false, null);
        }
        if (call is null)
        {
            return (true, null);
        }
        if (await RequestDigest.TakeAsync(context, options.MaxRequestBytes).ConfigureAwait(false) is not { } digest)
        {
            await RefuseAsync(
                context, StatusCodes.Status413PayloadTooLarge, GrpcInvalidArgument,
                $"a numbered call has at most {options.MaxRequestBytes} bytes: raise YadokariOptions.MaxRequestBytes").ConfigureAwait(false);
            return (false, null);
        }
        return (true, call with { Peer = Peer.Of(context), Digest = digest });
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
    private async Task<bool> HoldAsync(Task changed, TimeSpan bound, HttpContext context)
    {
        try
        {
            return Interlocked.Increment(ref _held) <= options.MaxHeldCalls
                && await WaitAsync(changed, bound, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    private static async Task<bool> WaitAsync(Task task, TimeSpan bound, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(bound, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A call that lasts is not counted by the gate: it is told of a move before the gate closes. False: it has to wait for
    /// the end of a move that has begun.</summary>
    private async Task<bool> TryStreamAsync(HttpContext context, int generation)
    {
        bool isGrpc = MovedAnswer.IsGrpc(context.Request);
        CancellationToken aborted = context.RequestAborted;
        using StreamingCall? call = life.Streaming.TryBegin(context, isGrpc);
        life.Gate.Leave(generation);
        if (call is null)
        {
            return false;
        }
        try
        {
            if (isGrpc && context.Request.Headers[MovedHeaders.Attempt] is [{ } attempt] && attempt != "1")
            {
                // Nobody keeps what a stream answers.
                await RefuseAsync(context, StatusCodes.Status409Conflict, GrpcUnavailable, "the stream broke off and may have run: it is not made again by itself").ConfigureAwait(false);
                return true;
            }
            Introduce(context);
            await next(context).ConfigureAwait(false);
        }
        catch (Exception failure) when (call.IsCut && isGrpc && failure is OperationCanceledException or IOException)
        {
            // What a cut method throws is the answer that follows.
        }
        finally
        {
            life.Streaming.End(call);
        }
        if (call.IsCut && isGrpc)
        {
            context.RequestAborted = aborted;
            await AnswerCutAsync(context).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Tells a stream that was cut where to go on, once that is decided.</summary>
    private async Task AnswerCutAsync(HttpContext context)
    {
        long end = Environment.TickCount64 + (long)options.HoldBound.TotalMilliseconds;
        while (true)
        {
            Task changed = life.Gate.Changed;
            if (life.State == InstanceState.Moved || !life.Streaming.IsClosed
                || !await HoldAsync(changed, TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)), context).ConfigureAwait(false))
            {
                MovedAnswer.WriteCut(context, life.State == InstanceState.Moved ? life.Elsewhere : null);
                return;
            }
        }
    }

    /// <summary>Says which instance answers, and where the service will be.</summary>
    private void Introduce(HttpContext context)
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
    }

    /// <param name="call">Null: it has no number.</param>
    /// <param name="generation">In which it entered the gate.</param>
    private async Task RunAsync(HttpContext context, CallId? call, int generation)
    {
        try
        {
            Introduce(context);
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
                        ShowKept(context);
                        Reply? toSend = await RecordAsync(context, call).ConfigureAwait(false);
                        // What is kept is the state's: the move needs not wait for a slow reader.
                        Leave(ref generation);
                        await SendAsync(context, toSend).ConfigureAwait(false);
                        return;
                    case Admission.Repeat repeat:
                        Leave(ref generation);
                        Show(context.Response, repeat.Reply);
                        await SendAsync(context, repeat.Reply).ConfigureAwait(false);
                        return;
                    case Admission.Wait wait:
                        await wait.Ended.WaitAsync(context.RequestAborted).ConfigureAwait(false);
                        break;
                    case Admission.Refuse refuse:
                        await RefuseAsync(context, StatusCodes.Status409Conflict, GrpcAborted, refuse.Reason).ConfigureAwait(false);
                        return;
                    default:
                        MovedAnswer.WriteBusy(context);
                        return;
                }
            }
        }
        finally
        {
            Leave(ref generation);
        }
    }

    /// <summary>Runs a call and keeps its reply. Returns what is still to be sent; null when the client has it already.</summary>
    private async Task<Reply?> RecordAsync(HttpContext context, CallId call)
    {
        IHttpResponseBodyFeature original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using RecordingStream stream = new(original.Stream, options.MaxReplyBytes);
        IHttpResponseFeature response = context.Features.GetRequiredFeature<IHttpResponseFeature>();
        RecordedResponse recording = new(response, stream);
        context.Features.Set<IHttpResponseBodyFeature>(recording);
        context.Features.Set<IHttpResponseFeature>(recording);
        Reply reply = Reply.Failed;
        using CallLifetime lifetime = new(context, options.AbandonedCallBound, application.ApplicationStopping);
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
            context.Features.Set(response);
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

    private static void ShowKept(HttpContext context)
    {
        if (MovedAnswer.IsGrpc(context.Request))
        {
            context.Response.Headers[MovedHeaders.Kept] = "1";
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

    private static Task RefuseAsync(HttpContext context, int status, string grpcStatus, string reason)
    {
        if (MovedAnswer.IsGrpc(context.Request))
        {
            MovedAnswer.WriteGrpcStatus(context, grpcStatus, reason);
            return Task.CompletedTask;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    private void Leave(ref int generation)
    {
        if (generation != NotEntered)
        {
            life.Gate.Leave(generation);
            generation = NotEntered;
        }
    }

    private static bool IsStreaming(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)
        || context.GetEndpoint()?.Metadata.GetMetadata<StreamingCallAttribute>() is not null
        || IsPoll(context)
        || (MovedAnswer.IsGrpc(context.Request) && GrpcMethods.IsStreaming(context.GetEndpoint()));

    /// <summary>A SignalR client without WebSockets asks for messages by a GET that lasts.</summary>
    private static bool IsPoll(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;
}
