using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Streams;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Api;

/// <summary>Routes by which the caller of a job feeds and reads it. Each request says how far the caller is, so that one that is
/// cut off is made again, to this host or to the next.</summary>
public sealed class StreamApi(JobTable jobs, StreamRelays relays, CancellationToken stopping, ILogger<StreamApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.StreamOutput, ApiCall.Handler(logger, context => UntilStopAsync(context, ReadAsync)));
        routes.MapPut(Routes.StreamInput, ApiCall.Handler(logger, context => UntilStopAsync(context, AppendAsync)));
        routes.MapPost(Routes.StreamAttach, ApiCall.Handler(logger, context => UntilStopAsync(context, AttachAsync)));
        routes.MapPost(Routes.StreamDetach, ApiCall.Handler(logger, DetachAsync));
        routes.MapPost(Routes.StreamSize, ApiCall.Handler(logger, context => UntilStopAsync(context, ResizeAsync)));
        routes.MapPost(Routes.StreamClose, ApiCall.Handler(logger, CloseAsync));
    }

    /// <summary>A daemon that is stopped breaks the connection, as one that dies: the caller asks the next one.</summary>
    private async Task UntilStopAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        try
        {
            await answer(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task ReadAsync(HttpContext context)
    {
        (JobEntry job, StreamRelay relay) = Find(context);
        long output = ApiCall.Number(context, "output", Limits.MaxLogBytes);
        long errors = ApiCall.Number(context, "errors", Limits.MaxLogBytes);
        long seconds = ApiCall.Number(context, "seconds", Limits.MaxStreamWaitSeconds);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        StreamOutput read = await relay.ReadAsync(
            Session(context), output, errors, () => !job.Record.IsHere && !JobReviver.Wants(job.Record), () => job.Changed, TimeSpan.FromSeconds(seconds), either.Token).ConfigureAwait(false);
        using MemoryStream answer = new();
        byte[] head = new byte[FrameHeader.Size];
        foreach (LogChunk piece in read.Pieces)
        {
            new FrameHeader(piece.IsErrors ? FrameKind.Errors : FrameKind.Output, piece.Offset, piece.Bytes.Length).Write(head);
            answer.Write(head);
            answer.Write(piece.Bytes.Span);
        }
        new FrameHeader(read.Over ? FrameKind.End : FrameKind.Alive, 0, 0).Write(head);
        answer.Write(head);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task AppendAsync(HttpContext context)
    {
        (_, StreamRelay relay) = Find(context);
        long offset = ApiCall.Number(context, "offset", Limits.MaxImageBytes);
        byte[] bytes = await ReadBodyAsync(context).ConfigureAwait(false);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        InputReceived received = await relay.AppendAsync(Session(context), offset, bytes, ApiCall.Flag(context, "end"), either.Token).ConfigureAwait(false);
        await ApiCall.WriteAsync(context, received, ProtocolJson.Default.InputReceived).ConfigureAwait(false);
    }

    private async Task CloseAsync(HttpContext context)
    {
        (_, StreamRelay relay) = Find(context);
        long stream = ApiCall.Number(context, "stream", 2);
        if (stream is not (1 or 2))
        {
            throw new YadoException(YadoError.WrongUsage, "only the streams 1 and 2 can be closed by who reads them");
        }
        relay.CloseOutput((int)stream);
        await ApiCall.WriteAsync(context, new InputReceived(0, true), ProtocolJson.Default.InputReceived).ConfigureAwait(false);
    }

    private async Task AttachAsync(HttpContext context)
    {
        (_, StreamRelay relay) = Find(context);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await ApiCall.WriteAsync(context, await relay.AttachAsync(either.Token).ConfigureAwait(false), ProtocolJson.Default.AttachedStreams).ConfigureAwait(false);
    }

    private async Task DetachAsync(HttpContext context)
    {
        (_, StreamRelay relay) = Find(context);
        relay.Detach(Session(context), ApiCall.Number(context, "output", Limits.MaxLogBytes), ApiCall.Number(context, "errors", Limits.MaxLogBytes));
        await ApiCall.WriteAsync(context, new InputReceived(0, false), ProtocolJson.Default.InputReceived).ConfigureAwait(false);
    }

    private async Task ResizeAsync(HttpContext context)
    {
        (_, StreamRelay relay) = Find(context);
        int rows = (int)ApiCall.Number(context, "rows", Limits.MaxWindow);
        int columns = (int)ApiCall.Number(context, "columns", Limits.MaxWindow);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await relay.ResizeAsync(Session(context), rows, columns, either.Token).ConfigureAwait(false);
        await ApiCall.WriteAsync(context, new InputReceived(0, false), ProtocolJson.Default.InputReceived).ConfigureAwait(false);
    }

    private static int Session(HttpContext context) => (int)ApiCall.Number(context, "session", int.MaxValue);

    private (JobEntry Job, StreamRelay Relay) Find(HttpContext context)
    {
        JobEntry job = jobs.Find(ApiCall.Route(context, "job"));
        JobRecord record = job.Record;
        if (record.State == JobState.Moved)
        {
            throw new YadoException(YadoError.NotFound, $"job '{record.Name}' is on host {record.MovedTo}: ask there");
        }
        StreamRelay relay = relays.Find(record.Id, record.Epoch)
            ?? throw new YadoException(YadoError.NotFound, $"the streams of job '{record.Name}' are not relayed to a caller");
        relay.Start();
        return (job, relay);
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not ({ } length and <= Limits.MaxStreamPiece))
        {
            throw new YadoException(YadoError.WrongUsage, $"a piece of input has a length, of at most {Limits.MaxStreamPiece} bytes");
        }
        byte[] bytes = new byte[length];
        await context.Request.Body.ReadExactlyAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        return bytes;
    }
}
