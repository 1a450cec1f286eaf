using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Api;

/// <summary>Routes that empty a host and let it take jobs again.</summary>
public sealed class DrainApi(
    Drainer drainer, DrainForecaster forecaster, JobReviver reviver, HostFacts facts, JobViews views, CancellationToken stopping, ILogger<DrainApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Drain, ApiCall.Handler(logger, async context =>
            await ApiCall.WriteAsync(
                context, await forecaster.MakeAsync(context.RequestAborted).ConfigureAwait(false), ProtocolJson.Default.DrainForecast).ConfigureAwait(false)));
        routes.MapPost(Routes.Drain, ApiCall.Handler(logger, DrainAsync));
        routes.MapPost(Routes.Undrain, ApiCall.Handler(logger, UndrainAsync));
    }

    private async Task DrainAsync(HttpContext context)
    {
        DrainHost request = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.DrainHost).ConfigureAwait(false));
        DrainRun run = drainer.Start(request);
        ProgressLines<DrainProgress> lines = new(ProtocolJson.Default.DrainProgress);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await lines.WriteAsync(context, FollowAsync(run, lines, either.Token)).ConfigureAwait(false);
    }

    /// <summary>Tells of each job that is done with, then of the outcome. The drain itself does not depend on who listens.</summary>
    private static async Task<DrainProgress> FollowAsync(DrainRun run, ProgressLines<DrainProgress> lines, CancellationToken cancellation)
    {
        int told = 0;
        int left = -1;
        while (true)
        {
            Task changed = run.Changed;
            IReadOnlyList<DrainedJob> jobs = run.Jobs;
            for (; told < jobs.Count; told++)
            {
                lines.Report(new DrainProgress { Done = told + 1, Total = jobs.Count + run.Left, Job = jobs[told] });
            }
            if (run.Left != left)
            {
                left = run.Left;
                lines.Report(new DrainProgress { Done = jobs.Count, Total = jobs.Count + left });
            }
            if (run.Report is { } report)
            {
                return new DrainProgress { Done = report.Jobs.Count, Total = report.Jobs.Count, Report = report };
            }
            if (run.GivenUp is { } reason)
            {
                return new DrainProgress { Done = jobs.Count, Total = jobs.Count, Error = new ErrorBody(reason, YadoError.Failed, []) };
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task UndrainAsync(HttpContext context)
    {
        await drainer.StopAsync().ConfigureAwait(false);
        (IReadOnlyList<JobRecord> resumed, IReadOnlyList<JobRecord> waiting) = await reviver.ReviveAllAsync(context.RequestAborted).ConfigureAwait(false);
        await ApiCall.WriteAsync(
            context, new UndrainReport(facts.Read(), [.. resumed.Select(views.Show)], [.. waiting.Select(views.Show)]), ProtocolJson.Default.UndrainReport).ConfigureAwait(false);
    }
}
