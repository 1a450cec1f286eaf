using System.Diagnostics.Metrics;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Metrics;
using Yadokari.Daemon.Scheduling;
using Yadokari.Engine.Consent;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>All figures of this host. They tell no more than <c>yado hosts</c>.</summary>
public static class HostFigures
{
    public static IReadOnlyList<Figure> Of(JobTable jobs, MoveTotals moves, SchedulerLoop scheduler, MoveOrders orders) =>
    [
        new("yadokari.build.info", null, false, "Version of the daemon.", host => [new(1, new("version", host.Version), new("host", host.Name))]),
        Gauge("yadokari.host.draining", null, "1 while the host takes no jobs.", host => host.Draining ? 1 : 0),
        Gauge("yadokari.host.owner_present", null, "1 while somebody works at the machine.", host => host.Load is { } load ? (load.OwnerPresent ? 1 : 0) : null),
        Gauge("yadokari.host.cpu_capacity", null, "Processors that jobs may use.", host => host.Load?.Capacity),
        Gauge("system.cpu.usage", null, "Processors in use.", host => host.Load?.CpuUse),
        Gauge("system.cpu.run_queue", null, "Threads that run or wait for a processor.", host => host.Load?.RunQueue),
        Gauge("system.cpu.load_average.1m", null, "Run queue damped over a minute.", host => host.Load?.Load),
        Gauge("system.cpu.pressure", "1", "Share of the last 10 s in which a thread waited for a processor (PSI).", host => host.Load?.CpuPressure / 100),
        Gauge("system.memory.pressure", "1", "Share of the last 10 s in which a thread waited for memory (PSI).", host => host.Load?.MemoryPressure / 100),
        Gauge("system.memory.limit", "By", "Memory of the host.", host => host.MemoryTotal),
        Gauge("system.memory.available", "By", "Memory that can be had without swapping.", host => host.MemoryAvailable),
        Gauge("system.filesystem.free", "By", "Free where images are kept.", host => host.DiskFree),
        Gauge("system.uptime", "s", "Since the host was started.", host => host.UptimeSeconds),
        new("yadokari.jobs", null, false, "Jobs that the host knows.", _ => ByState(jobs)),
        Counter("yadokari.moves", null, "Moves away from this host that ended well.", () => moves.Sum.Count),
        Counter("yadokari.move", "s", "Time that they took.", () => moves.Sum.Seconds),
        Counter("yadokari.move.downtime", "s", "Time that jobs stood still in them.", () => moves.Sum.DowntimeSeconds),
        Counter("yadokari.move.bytes", "By", "Bytes that they sent.", () => moves.Sum.Bytes),
        Counter("yadokari.program", "By", "Bytes written into and read from programs that know they move, to speak with them.", () => ProgramMailbox.BytesSpoken),
        Counter("yadokari.scheduler.rounds", null, "Rounds that this host decided.", () => scheduler.Rounds),
        Counter("yadokari.scheduler.moves", null, "Moves that this host ordered.", () => orders.Ordered),
        Counter("yadokari.scheduler.moves_failed", null, "Those of them that failed; the jobs ran on.", () => orders.Failed),
        Counter("yadokari.scheduler.moves_refused", null, "Planned moves that the guard refused.", () => scheduler.Refused),
        Gauge("yadokari.scheduler.round", "s", "What the last round took.", _ => scheduler.LastRoundMilliseconds / 1000),
        Gauge("process.resident_memory", "By", "Memory of the daemon.", _ => Environment.WorkingSet),
        Counter("process.cpu", "s", "Processor time of the daemon.", () => Environment.CpuUsage.TotalTime.TotalSeconds),
    ];

    private static Figure Gauge(string name, string? unit, string meaning, Func<HostInfo, double?> read) =>
        new(name, unit, false, meaning, host => read(host) is { } value ? [new(value)] : []);

    private static Figure Counter(string name, string? unit, string meaning, Func<double> read) => new(name, unit, true, meaning, _ => [new(read())]);

    private static IEnumerable<Measurement<double>> ByState(JobTable jobs)
    {
        JobState[] states = [.. jobs.All.Select(e => e.Record.State)];
        return Enum.GetValues<JobState>().Select(state => new Measurement<double>(
            states.Count(s => s == state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
    }
}
