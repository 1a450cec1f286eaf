using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Web.Watching;

namespace Yadokari.Web.Acting;

/// <summary>What the page can ask for. Everything is asked of the daemon, as the user whose daemon it is.</summary>
public sealed class PageApi(YadoClient daemon, ClusterWatch watch, CancellationToken stopping)
{
    private readonly Places _places = new(daemon);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/events", EventsAsync);
        routes.MapGet("/api/load", Handler(WebJson.Default.IReadOnlyListLoadHistory, (context, cancel) =>
            _places.HistoriesAsync(Seconds(context), cancel)));
        routes.MapGet("/api/log", Handler(WebJson.Default.LogText, (context, cancel) => AtJobAsync(Name(context, "job"), (there, job) => LogReader.ReadAsync(there, job, cancel), cancel)));
        routes.MapGet("/api/tree", Handler(WebJson.Default.JobTree, (context, cancel) =>
            AtJobAsync(Name(context, "job"), (there, job) => there.GetTreeAsync(job, cancel), cancel)));
        routes.MapGet("/api/why", Handler(WebJson.Default.Reasons, (context, cancel) => Reasons.FindAsync(daemon, Name(context, "job"), cancel)));
        routes.MapGet("/api/drain", Handler(WebJson.Default.DrainForecast, (context, cancel) =>
            _places.AtAsync(Name(context, "host"), there => there.ForeseeDrainAsync(cancel), cancel)));
        routes.MapPost("/api/move", Handler(WebJson.Default.MoveReport, async (context, cancel) =>
            await MoveAsync(await ReadAsync(context, WebJson.Default.MoveWish).ConfigureAwait(false), cancel).ConfigureAwait(false)));
        routes.MapPost("/api/drain", Handler(WebJson.Default.DrainReport, async (context, cancel) =>
            await DrainAsync((await ReadAsync(context, WebJson.Default.HostWish).ConfigureAwait(false)).Host, cancel).ConfigureAwait(false)));
        routes.MapPost("/api/undrain", Handler(WebJson.Default.UndrainReport, async (context, cancel) =>
        {
            HostWish wish = await ReadAsync(context, WebJson.Default.HostWish).ConfigureAwait(false);
            return await _places.AtAsync(wish.Host, there => there.UndrainAsync(cancel), cancel).ConfigureAwait(false);
        }));
        routes.MapPost("/api/checkpoint", Handler(WebJson.Default.CheckpointResult, async (context, cancel) =>
        {
            SaveWish wish = await ReadAsync(context, WebJson.Default.SaveWish).ConfigureAwait(false);
            return await AtJobAsync(wish.Job, (there, job) => there.CheckpointAsync(job, new CheckpointJob(wish.Path, LeaveRunning: true), cancel), cancel).ConfigureAwait(false);
        }));
    }

    /// <summary>Server-sent events: all that is known, then every change.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        // A proxy of the nginx kind collects what it hands on, unless it is told not to.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var page = watch.Come();
        try
        {
            await foreach (ReadOnlyMemory<byte> change in page.Reader.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                await context.Response.Body.WriteAsync("data: "u8.ToArray(), either.Token).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(change, either.Token).ConfigureAwait(false);
                await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), either.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or this program ends.
        }
        finally
        {
            watch.Leave(page);
        }
    }

    private Task<MoveReport> MoveAsync(MoveWish wish, CancellationToken cancel) => AtJobAsync(wish.Job, async (there, id) =>
    {
        (YadoClient source, JobInfo job) = await there.LocateAsync(id, cancel).ConfigureAwait(false);
        using YadoClient? other = source == there ? null : source;
        MoveReport report = await source.MoveAsync(job.Id, wish.Host, null, cancel).ConfigureAwait(false);
        watch.Note(new PageMove(
            job.Id, job.Name, job.Host, report.Job.Host, report.Job.Epoch, Now, report.DowntimeMilliseconds, report.TotalMilliseconds, report.Bytes, report.Rounds, ByPage: true));
        return report;
    }, cancel);

    /// <summary>At the daemon of the host where the job was seen last: that one knows where it went.</summary>
    private Task<T> AtJobAsync<T>(string id, Func<YadoClient, string, Task<T>> act, CancellationToken cancel) =>
        watch.Job(id) is { } job
            ? _places.AtAsync(job.Host, there => act(there, job.Id), cancel)
            : throw new YadoException(YadoError.NotFound, "this job is not listed any more");

    private Task<DrainReport> DrainAsync(string name, CancellationToken cancel) => _places.AtAsync(name, there => there.DrainAsync(new DrainHost(), line =>
    {
        // A drain moves by itself; the figures of each move come with its progress. The next epoch is the job's on the new host.
        if (line.Job is { Outcome: DrainOutcome.Moved, Host: { } to } moved && watch.Job(moved.Id) is { } job)
        {
            int epoch = job.Host == to ? job.Epoch : job.Epoch + 1;
            watch.Note(new PageMove(moved.Id, moved.Name, name, to, epoch, Now, moved.DowntimeMilliseconds, null, moved.Bytes, null, ByPage: true));
        }
    }, cancel), cancel);

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static int Seconds(HttpContext context) =>
        int.TryParse(context.Request.Query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= Limits.LoadMinutes * 60
            ? seconds
            : throw new YadoException(YadoError.WrongUsage, "seconds is no number of seconds");

    private static string Name(HttpContext context, string key) =>
        context.Request.Query[key] is [{ Length: > 0 } name] ? name : throw new YadoException(YadoError.WrongUsage, $"no {key} is named");

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false) ?? throw new JsonException("null");

    /// <summary>Answers as JSON; a failure as <see cref="ErrorBody"/>.</summary>
    private RequestDelegate Handler<T>(JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> act) => async context =>
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await WriteAsync(context, await act(context, either.Token).ConfigureAwait(false), type, StatusCodes.Status200OK).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        catch (YadoException failure)
        {
            await WriteAsync(context, failure.Body, WebJson.Default.ErrorBody, failure.Kind switch
            {
                YadoError.WrongUsage => StatusCodes.Status400BadRequest,
                YadoError.NotFound => StatusCodes.Status404NotFound,
                _ => StatusCodes.Status409Conflict,
            }).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is JsonException or BadHttpRequestException)
        {
            await WriteAsync(context, new ErrorBody("the request is not one of this page", YadoError.WrongUsage, []), WebJson.Default.ErrorBody, StatusCodes.Status400BadRequest).ConfigureAwait(false);
        }
    };

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), context.RequestAborted).AsTask();
    }
}
