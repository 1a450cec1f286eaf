using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Load;
using Yadokari.Daemon.Metrics;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Scheduling;
using Yadokari.Daemon.Services;
using Yadokari.Daemon.Store;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>Load and scheduling of a daemon, put together.</summary>
public sealed partial class SchedulingPart : IDisposable
{
    private readonly PolicyBook _book;
    private readonly SchedulerLoop _loop;
    private readonly LoadMeter _meter;
    private readonly PolicyApi _policyApi;
    private readonly LoadApi _loadApi;
    private readonly MetricsApi _metricsApi;
    private readonly TelemetryExport? _export;

    /// <param name="facts">Gets the load from here on.</param>
    /// <param name="views">Gets the load of jobs from here on.</param>
    /// <param name="election">Null: the lowest instance id among the hosts that answer.</param>
    public SchedulingPart(
        HostDatabase database, HomeDirectory home, HostSelf self, Acceptance acceptance, JobTable jobs, IProcessTable processes, HostFacts facts, JobViews views, PeerBook peers, MoveSource source,
        ServiceMoveSource services, JobGroup? group, ISchedulerElection? election, CancellationToken stopping, ILoggerFactory loggers)
    {
        foreach (JobRecord job in jobs.All.Select(e => e.Record).Where(r => r.IsHere && processes.IsAlive(r.Main)))
        {
            // A daemon that was killed while one was frozen left it outside.
            group?.Take(job.Shell.Pid, job.Main.Pid);
        }
        ILogger words = loggers.CreateLogger("Yadokari.Policy");
        OwnerWatch owner = new(database, Environment.GetEnvironmentVariable("YADO_LAB") == "1", () => source.Relays.Terminals);
        _meter = new LoadMeter(jobs, owner, group, HostFacts.ReadMemory, new LoadArchive(home.LoadHistory, Yadokari.Protocol.Limits.LoadMinutes), loggers.CreateLogger<LoadMeter>());
        _book = new PolicyBook(database, said => LogWords(words, said)) { AcceptsOfOthers = acceptance.Accepts(AcceptedActs.Policy) };
        facts.Load = () => _meter.Now;
        facts.PolicyRevision = () => _book.Choice.Revision;
        views.Load = _meter.Of;
        MoveCosts costs = new();
        MoveTotals totals = new();
        source.Moved += costs.Note;
        source.Moved += totals.Note;
        MoveOrders orders = new(jobs, source, services, self, costs, stopping, loggers.CreateLogger<MoveOrders>());
        DecisionLog log = new(home.Decisions, DecisionLog.UsualSize, loggers.CreateLogger<DecisionLog>());
        _loop = new SchedulerLoop(
            _book, election ?? new LowestInstanceElection(), peers, facts.Read, () => [.. jobs.All.Select(e => views.Show(e.Record))], orders, costs, log,
            loggers.CreateLogger<SchedulerLoop>());
        _policyApi = new PolicyApi(_book, _loop, orders, log, peers, loggers.CreateLogger<PolicyApi>());
        _loadApi = new LoadApi(_meter, owner, facts, self, peers, loggers.CreateLogger<LoadApi>());
        IReadOnlyList<Figure> figures = HostFigures.Of(jobs, totals, _loop, orders);
        _metricsApi = new MetricsApi(facts, figures, loggers.CreateLogger<MetricsApi>());
        _export = TelemetryExport.Start(self, figures, facts.Read);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        _policyApi.Map(routes);
        _loadApi.Map(routes);
        _metricsApi.Map(routes);
    }

    /// <summary>Measures and decides until the daemon stops.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        Task.Run(() => _meter.RunAsync(stopping), CancellationToken.None),
        Task.Run(() => _loop.RunAsync(stopping), CancellationToken.None));

    public void Dispose()
    {
        _export?.Dispose();
        _book.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Words}")]
    private static partial void LogWords(ILogger logger, string words);
}
