using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Metrics;
using Yadokari.Daemon.Scheduling;
using Yadokari.Engine.Consent;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>Figures for Prometheus, and whether this daemon is well. They tell no more than <c>yado hosts</c>.</summary>
public sealed class MetricsApi(HostFacts facts, JobTable jobs, MoveTotals moves, SchedulerLoop scheduler, MoveOrders orders, ILogger<MetricsApi> logger)
{
    /// <summary>A measurement is made every second; one this old means that the daemon gets no processor time, or worse.</summary>
    private const double StaleSeconds = 30;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Metrics, ApiCall.Handler(logger, context => WriteAsync(context, Write(), PrometheusText.ContentType, StatusCodes.Status200OK)));
        routes.MapGet(Routes.Health, ApiCall.Handler(logger, context =>
        {
            // None yet: the daemon has just been started.
            bool isWell = facts.Read().Load is not { Age: > StaleSeconds };
            return WriteAsync(
                context, isWell ? "ok\n" : "the load has not been measured lately\n", "text/plain; charset=utf-8",
                isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }));
    }

    private string Write()
    {
        HostInfo host = facts.Read();
        JobState[] states = [.. jobs.All.Select(e => e.Record.State)];
        (long count, double downtime, double seconds, long bytes) = moves.Sum;
        PrometheusText text = new PrometheusText()
            .Gauge("yadokari_build_info", "Version of the daemon.", 1, ("version", host.Version), ("host", host.Name))
            .Gauge("yadokari_host_draining", "1 while the host takes no jobs.", host.Draining ? 1 : 0)
            .Gauge("yadokari_host_owner_present", "1 while somebody works at the machine.", host.Load is { } load ? (load.OwnerPresent ? 1 : 0) : null)
            .Gauge("yadokari_host_cpu_capacity", "Processors that jobs may use.", host.Load?.Capacity)
            .Gauge("system_cpu_usage", "Processors in use.", host.Load?.CpuUse)
            .Gauge("system_cpu_run_queue", "Threads that run or wait for a processor.", host.Load?.RunQueue)
            .Gauge("system_cpu_load_average_1m", "Run queue damped over a minute.", host.Load?.Load)
            .Gauge("system_cpu_pressure_ratio", "Share of the last 10 s in which a thread waited for a processor (PSI).", host.Load?.CpuPressure / 100)
            .Gauge("system_memory_pressure_ratio", "Share of the last 10 s in which a thread waited for memory (PSI).", host.Load?.MemoryPressure / 100)
            .Gauge("system_memory_limit_bytes", "Memory of the host.", host.MemoryTotal)
            .Gauge("system_memory_available_bytes", "Memory that can be had without swapping.", host.MemoryAvailable)
            .Gauge("system_filesystem_free_bytes", "Free where images are kept.", host.DiskFree)
            .Gauge("system_uptime_seconds", "Since the host was started.", host.UptimeSeconds);
        foreach (JobState state in Enum.GetValues<JobState>())
        {
            text.Gauge("yadokari_jobs", "Jobs that the host knows.", states.Count(s => s == state), ("state", state.ToString().ToLowerInvariant()));
        }
        text.Counter("yadokari_moves_total", "Moves away from this host that ended well.", count)
            .Counter("yadokari_move_seconds_total", "Time that they took.", seconds)
            .Counter("yadokari_move_downtime_seconds_total", "Time that jobs stood still in them.", downtime)
            .Counter("yadokari_move_bytes_total", "Bytes that they sent.", bytes)
            .Counter("yadokari_program_bytes_total", "Bytes written into and read from programs that know they move, to speak with them.", ProgramMailbox.BytesSpoken)
            .Counter("yadokari_scheduler_rounds_total", "Rounds that this host decided.", scheduler.Rounds)
            .Counter("yadokari_scheduler_moves_total", "Moves that this host ordered.", orders.Ordered)
            .Counter("yadokari_scheduler_moves_failed_total", "Those of them that failed; the jobs ran on.", orders.Failed)
            .Counter("yadokari_scheduler_moves_refused_total", "Planned moves that the guard refused.", scheduler.Refused)
            .Gauge("yadokari_scheduler_round_seconds", "What the last round took.", scheduler.LastRoundMilliseconds / 1000)
            .Gauge("process_resident_memory_bytes", "Memory of the daemon.", Environment.WorkingSet)
            .Counter("process_cpu_seconds_total", "Processor time of the daemon.", Environment.CpuUsage.TotalTime.TotalSeconds);
        return text.ToString();
    }

    private static Task WriteAsync(HttpContext context, string text, string type, int status)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
