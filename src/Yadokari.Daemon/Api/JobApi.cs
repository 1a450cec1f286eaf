using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Programs;
using Yadokari.Daemon.Services;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Api;

/// <summary>Routes about jobs.</summary>
public sealed class JobApi(
    JobTable jobs,
    JobRunner runner,
    JobReviver reviver,
    JobAdopter adopter,
    JobViews views,
    LogStreamer logs,
    MoveSource moves,
    ServiceMoveSource services,
    MoveCheck checks,
    MovableBook movable,
    PeerBook peers,
    JobFinder finder,
    HostSelf self,
    CancellationToken stopping,
    ILogger<JobApi> logger)
{
    private readonly JobCensus _census = new(jobs, views, movable, peers, finder, self);
    private readonly JobChanges _changesHere = new();
    private readonly JobChanges _changesEverywhere = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Jobs, ApiCall.Handler(logger, ListAsync));
        routes.MapPost(Routes.Jobs, ApiCall.Handler(logger, StartAsync));
        routes.MapPost(Routes.Resume, ApiCall.Handler(logger, ResumeAsync));
        routes.MapPost(Routes.Adopt, ApiCall.Handler(logger, AdoptAsync));
        routes.MapGet(Routes.Job, ApiCall.Handler(logger, async context =>
        {
            if (!await AnswerElsewhereAsync(context).ConfigureAwait(false))
            {
                await Answer(context, Find(context).Record).ConfigureAwait(false);
            }
        }));
        routes.MapGet(Routes.Processes, ApiCall.Handler(logger, context =>
            ApiCall.WriteAsync(context, new JobTree(TreeScan.Below(Find(context).Record)), ProtocolJson.Default.JobTree)));
        routes.MapGet(Routes.Wait, ApiCall.Handler(logger, WaitAsync));
        routes.MapGet(Routes.Logs, ApiCall.Handler(logger, LogsAsync));
        routes.MapPost(Routes.Signal, ApiCall.Handler(logger, SignalAsync));
        routes.MapPost(Routes.Checkpoint, ApiCall.Handler(logger, CheckpointAsync));
        routes.MapPost(Routes.CheckJob, ApiCall.Handler(logger, CheckAsync));
        routes.MapPost(Routes.MoveJob, ApiCall.Handler(logger, MoveAsync));
    }

    private async Task ListAsync(HttpContext context)
    {
        bool everywhere = ApiCall.Flag(context, "everywhere");
        bool look = ApiCall.Flag(context, "movable");
        if (look && !everywhere)
        {
            await _census.LookAsync().ConfigureAwait(false);
        }
        string? after = context.Request.Query["after"];
        JobList list = everywhere
            ? await _census.TakeAsync(look, after is not null, context.RequestAborted).ConfigureAwait(false)
            : new JobList(JobViews.Merge(jobs.All.Select(e => views.Show(e.Record))), []) { Hosts = new HostList(peers.Self(), []) };
        if (after is not null)
        {
            list = (everywhere ? _changesEverywhere : _changesHere).Tell(list, after);
        }
        await ApiCall.WriteAsync(context, ApiCall.Flag(context, "hosts") ? list : list with { Hosts = null }, ProtocolJson.Default.JobList).ConfigureAwait(false);
    }

    private async Task StartAsync(HttpContext context)
    {
        StartJob start = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.StartJob).ConfigureAwait(false));
        await self.Settled.ConfigureAwait(false);
        // exec and clone take milliseconds and block.
        JobRecord job = await Task.Run(() => runner.Start(start, CallerOf(context, start.StreamsOf))).ConfigureAwait(false);
        await Answer(context, job).ConfigureAwait(false);
    }

    private async Task ResumeAsync(HttpContext context)
    {
        ApiCall.RequireLocal(context);
        ResumeJob resume = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.ResumeJob).ConfigureAwait(false));
        // The file of a job that a drain saved here is that job, and not another one like it.
        JobRecord job = reviver.FindSaved(resume.Path) is { } saved
            ? await reviver.ReviveAsync(saved, context.RequestAborted).ConfigureAwait(false)
            : await Task.Run(() => runner.Resume(resume, CallerOf(context, resume.StreamsOf))).ConfigureAwait(false);
        await Answer(context, job).ConfigureAwait(false);
    }

    private async Task AdoptAsync(HttpContext context)
    {
        ApiCall.RequireLocal(context);
        AdoptJob adopt = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.AdoptJob).ConfigureAwait(false));
        await Answer(context, await Task.Run(() => adopter.Adopt(adopt)).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WaitAsync(HttpContext context)
    {
        if (await AnswerElsewhereAsync(context).ConfigureAwait(false))
        {
            return;
        }
        JobEntry job = Find(context);
        long seconds = ApiCall.Number(context, "seconds", Limits.MaxWaitSeconds);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            while (true)
            {
                Task changed = job.Changed;
                if (!job.Record.IsHere && !JobReviver.Wants(job.Record))
                {
                    break;
                }
                await changed.WaitAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The time is up: the caller sees that it runs still, and asks again.
        }
        await Answer(context, job.Record).ConfigureAwait(false);
    }

    private async Task LogsAsync(HttpContext context)
    {
        JobEntry job = Find(context);
        bool follow = ApiCall.Flag(context, "follow");
        long output = ApiCall.Number(context, "output", Limits.MaxLogBytes);
        long errors = ApiCall.Number(context, "errors", Limits.MaxLogBytes);
        long? tail = ApiCall.Given(context, "tail", Limits.MaxImageBytes);
        long? since = ApiCall.Given(context, "since", Limits.MaxTime);
        (output, errors) = logs.Begin(job.Record, output, errors, tail, since is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null);
        context.Response.ContentType = "application/octet-stream";
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await logs.StreamAsync(job, context.Response.Body, follow, output, errors, either.Token).ConfigureAwait(false);
    }

    private async Task SignalAsync(HttpContext context)
    {
        JobEntry job = Find(context);
        SignalJob signal = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.SignalJob).ConfigureAwait(false));
        await Answer(context, await runner.SignalAsync(job, signal, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CheckpointAsync(HttpContext context)
    {
        ApiCall.RequireLocal(context);
        JobEntry job = Find(context);
        CheckpointJob checkpoint = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.CheckpointJob).ConfigureAwait(false));
        await ApiCall.WriteAsync(
            context, await runner.CheckpointAsync(job, checkpoint, context.RequestAborted).ConfigureAwait(false), ProtocolJson.Default.CheckpointResult).ConfigureAwait(false);
    }

    private async Task CheckAsync(HttpContext context)
    {
        JobEntry job = Find(context);
        CheckJob check = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.CheckJob).ConfigureAwait(false));
        HostPlace? place = check.Target is { } target ? await peers.ResolveAsync(target, context.RequestAborted).ConfigureAwait(false) : null;
        // A look takes milliseconds and blocks.
        JobCheck answer = await Task.Run(() => checks.RunAsync(job.Record, place, check.Tcp, context.RequestAborted)).ConfigureAwait(false);
        await ApiCall.WriteAsync(context, answer, ProtocolJson.Default.JobCheck).ConfigureAwait(false);
    }

    private async Task MoveAsync(HttpContext context)
    {
        JobEntry job = Find(context);
        MoveJob request = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.MoveJob).ConfigureAwait(false));
        await self.Settled.ConfigureAwait(false);
        HostPlace place = await peers.ResolveAsync(request.Target, context.RequestAborted).ConfigureAwait(false);
        if (request.Host is { } host)
        {
            place = place with { Name = host };
        }
        if (request.Via is not null && job.Record.Service is not null)
        {
            throw new YadoException(YadoError.WrongUsage, $"'{job.Record.Name}' is a service, which moves by its state: --via is for jobs");
        }
        ProgressLines<MoveProgress> lines = new(ProtocolJson.Default.MoveProgress);
        await lines.WriteAsync(context, Task.Run(() => RunMoveAsync(job, place, request, lines, context.RequestAborted))).ConfigureAwait(false);
    }

    /// <summary>The move, and its outcome as the last line.</summary>
    private async Task<MoveProgress> RunMoveAsync(JobEntry job, HostPlace place, MoveJob request, ProgressLines<MoveProgress> lines, CancellationToken cancellation)
    {
        try
        {
            Task<MoveReport> move = job.Record.Service is null
                ? moves.MoveAsync(job, place, lines, cancellation, stopping, holdPatience: AsPatience(request.HoldSeconds), via: request.Via, tcp: request.Tcp)
                : services.MoveAsync(job, place, lines, cancellation, stopping, AsPatience(request.PatienceSeconds));
            MoveReport report = await move.ConfigureAwait(false);
            peers.Keep(place with { Name = report.Job.Host });
            return new MoveProgress { Phase = MovePhase.Released, Round = report.Rounds, Bytes = report.Bytes, Total = report.Bytes, Report = report };
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogMoveFailed(failure);
            return new MoveProgress { Phase = MovePhase.Aborted, Error = ApiCall.ToError(failure) };
        }
    }

    private static TimeSpan? AsPatience(double? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;

    private void LogMoveFailed(Exception failure)
    {
        if (failure is not YadoException)
        {
            logger.LogError(failure, "a move failed");
        }
    }

    /// <summary>Answers with what the cluster's directory says, where that knows better than this host; else false.</summary>
    private async Task<bool> AnswerElsewhereAsync(HttpContext context)
    {
        if (await finder.FindElsewhereAsync(ApiCall.Route(context, "job"), context.RequestAborted).ConfigureAwait(false) is not { } elsewhere)
        {
            return false;
        }
        await ApiCall.WriteAsync(context, elsewhere, ProtocolJson.Default.JobInfo).ConfigureAwait(false);
        return true;
    }

    private JobEntry Find(HttpContext context) => jobs.Find(ApiCall.Route(context, "job"));

    private Task Answer(HttpContext context, JobRecord job) => ApiCall.WriteAsync(context, views.Show(job), ProtocolJson.Default.JobInfo);

    /// <summary>The process that lends its streams: the caller itself, by the kernel's word and not by its own.</summary>
    private static int CallerOf(HttpContext context, int? streamsOf) =>
        streamsOf is not null && context.Features.Get<LocalCaller>() is { } caller ? caller.Pid : 0;
}
