using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Services;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Drains;

namespace Yadokari.Daemon.Hosting;

/// <summary>What keeps jobs from going down with their host, put together: checkpoints, resuming from them, draining,
/// and what starts a drain.</summary>
public sealed class JobCare : IDisposable
{
    /// <summary>SIGUSR2 to the daemon empties its host, as in the paper of 1991.</summary>
    private const PosixSignal DrainSignal = (PosixSignal)12;

    private readonly JobSaver _saver;
    private readonly CheckpointClock _clock;
    private readonly Drainer _drainer;
    private readonly DrainForecaster _forecaster;
    private readonly SpotNotice? _notice;
    private readonly ILogger<DrainApi> _logger;
    private readonly HostOptions _options;
    private readonly PosixSignalRegistration _signal;
    private readonly CancellationToken _stopping;

    public JobCare(
        IJobEngine engine,
        IProcessTable processes,
        JobTable jobs,
        HomeDirectory home,
        HostSelf self,
        JobWatcher watcher,
        MoveSource source,
        ServiceMoveSource services,
        Func<bool> isExpecting,
        PeerBook peers,
        IDrainJournal journal,
        HostOptions options,
        LimitGroups groups,
        CancellationToken stopping,
        ILoggerFactory loggers)
    {
        _options = options;
        _stopping = stopping;
        _logger = loggers.CreateLogger<DrainApi>();
        _saver = new JobSaver(engine, processes, jobs, home, loggers.CreateLogger<JobSaver>());
        Reviver = new JobReviver(
            engine, processes, jobs, home, self, watcher.Watch, RetryPace.Default, stopping, loggers.CreateLogger<JobReviver>())
        {
            Groups = groups,
        };
        watcher.OnResumable = Reviver.ReviveSoon;
        Adopter = new JobAdopter(engine, processes, jobs, home, self, watcher);
        _clock = new CheckpointClock(jobs, _saver.KeepAsync, TimeProvider.System, loggers.CreateLogger<CheckpointClock>());
        DrainedHost host = new(engine, jobs, processes, peers, source, services, isExpecting, _saver, home, stopping);
        _forecaster = new DrainForecaster(host, self);
        _drainer = new Drainer(host, journal, self, stopping, loggers.CreateLogger<Drainer>());
        _notice = options.OnSpotNotice is { } command
            ? new SpotNotice(command, processes, () => DrainNow("a spot notice"), loggers.CreateLogger<SpotNotice>())
            : null;
        _signal = PosixSignalRegistration.Create(DrainSignal, context =>
        {
            context.Cancel = true;
            DrainNow("SIGUSR2");
        });
    }

    public JobReviver Reviver { get; }

    public JobAdopter Adopter { get; }

    public void Map(IEndpointRouteBuilder routes, HostFacts facts, JobViews views) =>
        new DrainApi(_drainer, _forecaster, Reviver, facts, views, _stopping, _logger).Map(routes);

    /// <summary>Before anything is watched, and after moves that were under way are decided.</summary>
    public void Repair() => _saver.RepairSaved();

    /// <summary>Everything that goes on behind; once other hosts can reach this one.</summary>
    public Task RunAsync()
    {
        _drainer.ContinueUnfinished();
        Reviver.ContinueUnfinished();
        return Task.WhenAll(_clock.RunAsync(_stopping), _notice?.RunAsync(_stopping) ?? Task.CompletedTask);
    }

    public void Dispose() => _signal.Dispose();

    private void DrainNow(string reason)
    {
        try
        {
            _logger.LogWarning("{Reason}: this host is drained within {Seconds} s", reason, _options.DrainWithin.TotalSeconds);
            _drainer.Start(new DrainHost { WithinSeconds = _options.DrainWithin.TotalSeconds });
        }
        catch (StoreException failure)
        {
            _logger.LogError(failure, "the drain could not be written down and was not begun");
        }
    }
}
