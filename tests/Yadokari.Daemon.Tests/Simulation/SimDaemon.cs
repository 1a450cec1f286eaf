using Microsoft.Extensions.Logging.Abstractions;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>One life of a daemon: the real halves of a move on a host of the world.</summary>
public sealed class SimDaemon
{
    public static RetryPace Pace { get; } = new(
        TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(10));

    private readonly CancellationTokenSource _stop = new();
    private readonly SimFault? _fault;
    private volatile bool _dead;
    private int _steps;

    private SimDaemon(SimHost host, SimFault? fault)
    {
        Host = host;
        _fault = fault;
        SimStore store = new(this);
        SimEngine engine = new(this);
        SimProcessTable processes = new(this);
        HostSelf self = new(host.Name, $"instance-{host.Name}", 0, host.BootId) { Address = host.Name, Via = World.SharedDirectory };
        Jobs = new JobTable(store);
        Source = new MoveSource(
            engine, processes, Jobs, store, host.Home, self, place => new SimMoveTarget(this, place.Address), Pace, NullLogger<MoveSource>.Instance)
        {
            Directory = DirectoryOf(self, counted: true),
        };
        Target = new MoveTarget(
            engine, processes, Jobs, store, host.Home, self, new ClusterMoveOracle(new SimOracle(this), DirectoryOf(self, counted: false)), _ => { }, Pace, NullLogger<MoveTarget>.Instance);
    }

    public SimHost Host { get; }

    public SimWorld World => Host.World;

    public JobTable Jobs { get; }

    public MoveSource Source { get; }

    public MoveTarget Target { get; }

    public CancellationToken Stopping => _stop.Token;

    /// <summary>What it does behind after a restart.</summary>
    public Task Behind { get; private set; } = Task.CompletedTask;

    public int Steps => _steps;

    /// <summary>Starts a daemon as the real one starts: decide and know, then answer, then finish what is left.</summary>
    public static SimDaemon Start(SimHost host, SimFault? fault = null)
    {
        SimDaemon daemon = new(host, fault);
        daemon.Source.DecideUnfinished();
        daemon.Target.LoadUnfinished();
        new HomeSweeper(host.Home, _ => { }, daemon.Jobs, daemon.Target).Sweep();
        host.Daemon = daemon;
        daemon.Behind = Task.WhenAll(daemon.Target.FinishUnfinishedAsync(daemon.Stopping), daemon.Source.FinishUnfinishedAsync(daemon.Stopping));
        return daemon;
    }

    private IJobDirectory DirectoryOf(HostSelf self, bool counted) =>
        World.HasDirectory ? new JobDirectory(new SimCoordination(this, counted), self, () => null) : new LocalDirectory();

    public SimHost Find(string address) => World.Hosts.Single(h => h.Name == address);

    /// <summary>An act: the fault may strike before it, or after it.</summary>
    public T Step<T>(string what, Func<T> act, SimStepKind kind = SimStepKind.Act)
    {
        Strike(what + " (before)", kind);
        T result;
        lock (World.Lock)
        {
            ThrowIfDead(what);
            result = act();
        }
        Strike(what + " (after)");
        return result;
    }

    public void Step(string what, Action act, SimStepKind kind = SimStepKind.Act) => Step(what, () =>
    {
        act();
        return true;
    }, kind);

    /// <summary>A moment at which the fault may strike.</summary>
    public void Strike(string what, SimStepKind kind = SimStepKind.Act)
    {
        lock (World.Lock)
        {
            ThrowIfDead(what);
            World.Tick($"{Host.Name}: {what}");
            if (_fault is not { } fault || World.FaultsAreOver || !StrikesAt(kind) || ++_steps < fault.Step || _steps >= fault.Step + fault.Times)
            {
                return;
            }
            fault.Struck = true;
            switch (fault.Kind)
            {
                case SimFaultKind.DaemonDies:
                    Host.KillDaemon();
                    // One that is only starting is not the host's yet.
                    Die();
                    ThrowIfDead(what);
                    break;
                case SimFaultKind.PowerFails:
                    Host.CutPower();
                    Die();
                    ThrowIfDead(what);
                    break;
                case SimFaultKind.StoreIsSilent:
                    World.Story.Add("the store falls silent");
                    World.StoreSilence = 5;
                    break;
                case SimFaultKind.SaveFails:
                    World.Story.Add($"{Host.Name}: the journal is not written");
                    throw new StoreException("the disk is full");
                case SimFaultKind.LinkIsCut:
                    World.Story.Add($"{Host.Name}: link cut");
                    throw new YadoException(YadoError.Failed, "the link is cut") { Unreachable = true };
            }
        }
    }

    private bool StrikesAt(SimStepKind kind) => _fault?.Kind switch
    {
        SimFaultKind.LinkIsCut => kind == SimStepKind.Network,
        SimFaultKind.SaveFails => kind == SimStepKind.Save,
        _ => true,
    };

    public void ThrowIfDead(string what)
    {
        if (_dead)
        {
            throw new DaemonDied(what);
        }
    }

    public bool IsDead => _dead;

    public void Die()
    {
        _dead = true;
        // Not under the world's lock: what waits on the token runs on here.
        _ = _stop.CancelAsync();
    }
}
