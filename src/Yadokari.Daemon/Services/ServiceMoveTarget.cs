using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>
/// The target's half of a service's move. It never decides: its instance serves only when the source says "commit". What it was sent
/// is in files until then, so that a held instance that dies is started again.
/// </summary>
public sealed partial class ServiceMoveTarget(
    IProcessTable processes, JobTable jobs, IHostStore store, HomeDirectory home, HostSelf self, ProgramStore programs, ServiceLauncher launcher,
    IMoveOracle oracle, Action<JobEntry> watch, RetryPace pace, ILogger<ServiceMoveTarget> logger)
{
    private const int MaxIncoming = 64;

    private readonly ConcurrentDictionary<string, IncomingService> _moves = new();
    private readonly Lock _admission = new();

    /// <summary>Free bytes of memory and of the disk.</summary>
    public Func<(long Memory, long Disk)> Room { get; init; } = static () => (long.MaxValue, long.MaxValue);

    /// <summary>Agrees to take a service and keeps its name, or refuses with every reason at once.</summary>
    /// <exception cref="YadoException">Refused; exit status 5.</exception>
    public async Task<ServiceOffered> ReserveAsync(MoveOffer offer, CancellationToken stopping)
    {
        await EarlierMoves.EndAsync(
            _moves.Values, offer.JobId, oracle, AbortAsync, (m, why) => LogSourceSilent(logger, m.Id, m.PeerAddress, why), stopping).ConfigureAwait(false);
        List<ObstacleInfo> reasons = FindReasons(offer);
        if (reasons.Count > 0)
        {
            throw Refused(offer, reasons);
        }
        lock (_admission)
        {
            if (_moves.ContainsKey(offer.MoveId) || _moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.JobId == offer.JobId))
            {
                throw Refused(offer, [new("duplicate", "it is on its way here already")]);
            }
            if (_moves.Values.Count(m => !m.Record.State.IsFinal) >= MaxIncoming)
            {
                throw Refused(offer, [new("busy", $"{MaxIncoming} other services are on their way here")]);
            }
            EarlierMoves.Write(_moves.Values, offer.JobId, store);
            IDisposable name = jobs.TryReserveName(offer.JobName)
                ?? throw Refused(offer, [new("duplicate", $"another job here has the name '{offer.JobName}'")]);
            IncomingService move = new(new MoveRecord(MoveRole.Target, offer, offer.SourceName, offer.SourceAddress, new MoveState.Reserved()), name);
            try
            {
                store.Save(null, move.Record, durable: false);
            }
            catch
            {
                name.Dispose();
                throw;
            }
            FinishedMoves.Forget(_moves);
            _moves[offer.MoveId] = move;
            _ = WatchSourceAsync(move, askNow: false, stopping);
            return new ServiceOffered(!programs.Has(offer.Service!.Spec.ProgramHash));
        }
    }

    /// <summary>Takes a program folder that some move needs.</summary>
    /// <exception cref="YadoException">No move needs it, or it is not what its name says.</exception>
    public async Task ReceiveProgramAsync(string hash, Stream archive, CancellationToken cancellation)
    {
        if (!_moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.Service!.Spec.ProgramHash == hash))
        {
            throw new YadoException(YadoError.NotFound, $"no service with the program {Shorten(hash)} is on its way here");
        }
        await programs.ReceiveAsync(hash, archive, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts the instance, held, and lets it call itself until it is warm.</summary>
    /// <exception cref="YadoException">It does not start here; exit status 5; dropped.</exception>
    public Task<ServicePrepared> StartAsync(string id, CancellationToken cancellation) => DoAsync(id, MovePhase.Reserved, async move =>
    {
        MoveOffer offer = move.Record.Offer;
        move.Place = ChoosePlace(offer);
        await File.WriteAllBytesAsync(
            PlacePath(id), JsonSerializer.SerializeToUtf8Bytes(move.Place, ProtocolJson.Default.ServicePlace), cancellation).ConfigureAwait(false);
        Enter(move, new MoveState.Copying(1));
        move.Instance = await launcher.LaunchAsync(offer.JobId, offer.Service!.Spec, move.Place, offer.Service.Place, cancellation).ConfigureAwait(false);
        await FaultPoint.PassAsync("target-started").ConfigureAwait(false);
        await move.Instance.Control.DoAsync(ControlVerb.WarmUp, cancellation).ConfigureAwait(false);
        return 0;
    }, cancellation);

    /// <summary>Takes the state that is copied ahead.</summary>
    /// <exception cref="YadoException">It does not fit; exit status 5; dropped.</exception>
    public Task<ServicePrepared> ReceiveStateAsync(string id, Stream state, CancellationToken cancellation) => DoAsync(id, MovePhase.Copying, async move =>
    {
        long bytes = await KeepAsync(StatePath(id), state, cancellation).ConfigureAwait(false);
        Task feeding = FeedAsync(move, ControlVerb.Restore, StatePath(id), cancellation);
        // A former instance takes calls from the same port as the new one, which says the same until the commit; behind it, what it says
        // is out of date. One that forwards stays until then: should the move be given up, its clients have no other way.
        Task leaving = move.Record.Offer.Service!.Spec.ForwardSeconds == 0 ? LeaveFormerAsync(move.Record.Offer) : Task.CompletedTask;
        await Task.WhenAll(feeding, leaving).ConfigureAwait(false);
        await FaultPoint.PassAsync("target-ahead").ConfigureAwait(false);
        return bytes;
    }, cancellation);

    /// <summary>Takes what has changed since <see cref="ReceiveStateAsync"/> or the last round; calls still run at the source.</summary>
    /// <exception cref="YadoException">It does not fit, or is one too many; exit status 5; dropped.</exception>
    public Task<ServicePrepared> ReceiveRoundAsync(string id, Stream changes, CancellationToken cancellation) => DoAsync(id, MovePhase.Copying, async move =>
    {
        if (++move.Rounds > Limits.MaxAllStateRounds)
        {
            throw new YadoException(YadoError.Refused, $"more than {Limits.MaxAllStateRounds} rounds of changes");
        }
        string path = RoundPath(id, move.Rounds);
        long bytes = await KeepAsync(path, changes, cancellation).ConfigureAwait(false);
        await FeedAsync(move, ControlVerb.Restore, path, cancellation).ConfigureAwait(false);
        await FaultPoint.PassAsync($"target-round-{move.Rounds}").ConfigureAwait(false);
        return bytes;
    }, cancellation);

    /// <summary>Takes the rest of the state. When this returns, the instance could serve, and the journal says so.</summary>
    /// <exception cref="YadoException">It does not fit; exit status 5; dropped.</exception>
    public Task<ServicePrepared> ReceiveDeltaAsync(string id, Stream delta, CancellationToken cancellation) => DoAsync(id, MovePhase.Copying, async move =>
    {
        long bytes = await KeepAsync(DeltaPath(id), delta, cancellation).ConfigureAwait(false);
        await FeedAsync(move, ControlVerb.RestoreDelta, DeltaPath(id), cancellation).ConfigureAwait(false);
        Enter(move, new MoveState.Prepared(bytes, move.Instance!.Processes));
        await FaultPoint.PassAsync("target-prepared").ConfigureAwait(false);
        return bytes;
    }, cancellation);

    /// <summary>The source has committed: the service is served here.</summary>
    /// <exception cref="YadoException">It can't be yet; the files stay.</exception>
    public async Task<JobRecord> ReleaseAsync(string id)
    {
        IncomingService move = Find(id);
        move.Hear();
        await move.Gate.WaitAsync().ConfigureAwait(false);
        try
        {
            MoveOffer offer = move.Record.Offer;
            if (move.Record.State is MoveState.Released && jobs.TryGet(offer.JobId) is { } served)
            {
                return served.Record;
            }
            if (move.Record.State is not MoveState.Prepared prepared)
            {
                throw new YadoException(YadoError.Refused, $"move {id} is {move.Record.State.Phase} on host {self.Name}, not prepared");
            }
            return await ServeAsync(move, prepared).ConfigureAwait(false);
        }
        finally
        {
            move.Gate.Release();
        }
    }

    /// <summary>The source has given up: what was prepared is dropped.</summary>
    public async Task<MoveStatus> AbortAsync(string id)
    {
        if (_moves.TryGetValue(id, out IncomingService? move))
        {
            await GiveUpAsync(move, "the source has given it up").ConfigureAwait(false);
        }
        return new MoveStatus(id, MovePhase.Aborted, MoveVerdict.Abort);
    }

    /// <summary>Services are on their way here.</summary>
    public bool IsExpecting => _moves.Values.Any(m => !m.Record.State.IsFinal);

    /// <summary>The host that a move comes from; null when it is not known here.</summary>
    public string? SourceOf(string move) => _moves.GetValueOrDefault(move)?.Record.Offer.SourceName;

    public MovePhase? PhaseOf(string move) => _moves.GetValueOrDefault(move)?.Record.State.Phase;

    /// <summary>True when a job directory belongs to a move that is under way.</summary>
    public bool NeedsJob(string job, int epoch) =>
        _moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.JobId == job && m.Record.Offer.Epoch == epoch);

    private async Task<JobRecord> ServeAsync(IncomingService move, MoveState.Prepared prepared)
    {
        MoveOffer offer = move.Record.Offer;
        Task left = LeaveFormerAsync(offer);
        LaunchedInstance instance = await FindInstanceAsync(move, prepared).ConfigureAwait(false);
        await instance.Control.DoAsync(ControlVerb.Activate, CancellationToken.None).ConfigureAwait(false);
        await FaultPoint.PassAsync("target-activated").ConfigureAwait(false);
        JobRecord record = new()
        {
            Id = offer.JobId,
            Name = offer.JobName,
            State = JobState.Running,
            Arguments = offer.Arguments,
            Uid = offer.Uid,
            Started = offer.Started,
            Epoch = offer.Epoch,
            Streams = JobStreams.Log,
            Shell = instance.Processes.Shell,
            Main = instance.Processes.Main,
            Service = new ServicePart(offer.Service!.Spec, PlaceOf(move)),
        };
        MoveRecord released = move.Record with { State = new MoveState.Released() };
        JobEntry entry = jobs.Put(record, released, durable: false, isChild: true);
        move.Record = released;
        move.Close();
        watch(entry);
        LogPhase(logger, released.Id, MovePhase.Released);
        _ = Task.Run(() => TidyAsync(released.Id, left), CancellationToken.None);
        return record;
    }

    /// <summary>The instance that holds the state; one that has died is started again from the files.</summary>
    private async Task<LaunchedInstance> FindInstanceAsync(IncomingService move, MoveState.Prepared prepared)
    {
        MoveOffer offer = move.Record.Offer;
        HeldFacts held = move.Instance?.Processes ?? prepared.Held!;
        bool alive = processes.IsAlive(held.Main);
        if (alive && move.Instance is { } known)
        {
            return known;
        }
        move.Instance?.Dispose();
        move.Instance = null;
        if (alive || Decision.Read(launcher.ServedMark(offer.JobId, offer.Epoch)) is not null)
        {
            // It lives, or it has served: then it has state that no file has, and must not be started again.
            InstanceControl control = await InstanceControl.ConnectAsync(launcher.ControlPath(offer.JobId, offer.Epoch), CancellationToken.None).ConfigureAwait(false);
            return move.Instance = new LaunchedInstance(held, control);
        }
        LogStartedAgain(logger, move.Record.Id);
        LaunchedInstance instance = await launcher.LaunchAsync(offer.JobId, offer.Service!.Spec, PlaceOf(move), offer.Service.Place, CancellationToken.None).ConfigureAwait(false);
        move.Instance = instance;
        await FeedAsync(move, ControlVerb.Restore, StatePath(move.Record.Id), CancellationToken.None).ConfigureAwait(false);
        foreach (string round in RoundPaths(move.Record.Id))
        {
            await FeedAsync(move, ControlVerb.Restore, round, CancellationToken.None).ConfigureAwait(false);
        }
        await FeedAsync(move, ControlVerb.RestoreDelta, DeltaPath(move.Record.Id), CancellationToken.None).ConfigureAwait(false);
        return instance;
    }

    /// <summary>Ends an instance of an earlier stay here, if it lives, which only told where the service is.</summary>
    private Task LeaveFormerAsync(MoveOffer offer) => jobs.TryGet(offer.JobId)?.Record is { Service: not null } former && processes.IsAlive(former.Main)
        ? Task.Run(() => launcher.LeaveAsync(former, CancellationToken.None))
        : Task.CompletedTask;

    /// <summary>Deletes what was kept for an instance that is started again, which is over.</summary>
    private async Task TidyAsync(string move, Task left)
    {
        await left.ConfigureAwait(false);
        DeleteFiles(move);
    }

    private ServicePlace ChoosePlace(MoveOffer offer)
    {
        ServicePart? former = jobs.TryGet(offer.JobId)?.Record.Service;
        return launcher.Choose(offer.JobName, offer.Epoch, offer.Service!.Spec.Port, offer.Service.Place, former?.Place);
    }

    private ServicePlace PlaceOf(IncomingService move) =>
        move.Place ??= LoadPlace(move.Record.Id) ?? throw new YadoException(YadoError.Failed, $"the place of move {move.Record.Id} is not known any more");

    private async Task<ServicePrepared> DoAsync(string id, MovePhase expected, Func<IncomingService, Task<long>> act, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        IncomingService move = Find(id);
        move.Hear();
        await move.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // What comes late, or twice, ends nothing.
            if (move.Record.State.Phase != expected)
            {
                throw new YadoException(YadoError.Refused, $"move {id} is {move.Record.State.Phase} on host {self.Name}, not {expected}");
            }
            return await ActAsync(move, act, start).ConfigureAwait(false);
        }
        finally
        {
            move.Gate.Release();
        }
    }

    private async Task<ServicePrepared> ActAsync(IncomingService move, Func<IncomingService, Task<long>> act, long start)
    {
        try
        {
            await act(move).ConfigureAwait(false);
            move.Hear();
            return new ServicePrepared(PlaceOf(move), Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (Exception failure) when (failure is YadoException or IOException or StoreException or OperationCanceledException)
        {
            await DropAsync(move, failure.Message).ConfigureAwait(false);
            throw failure is YadoException or IOException
                ? new YadoException(YadoError.Refused, $"host {self.Name} could not take service '{move.Record.Offer.JobName}': {failure.Message}", failure)
                : failure;
        }
    }

    private async Task FeedAsync(IncomingService move, ControlVerb verb, string path, CancellationToken cancellation)
    {
        await using FileStream state = File.OpenRead(path);
        await move.Instance!.Control.FeedAsync(verb, state, cancellation).ConfigureAwait(false);
    }

    private List<ObstacleInfo> FindReasons(MoveOffer offer)
    {
        List<ObstacleInfo> reasons = OfferCheck.FindReasons(offer, self, jobs);
        (long memory, long disk) = Room();
        if (offer.EstimatedBytes > memory)
        {
            reasons.Add(new("memory", $"the service needs about {offer.EstimatedBytes >> 20} MiB of memory, {memory >> 20} are free"));
        }
        if (offer.Service!.Spec.ProgramBytes > disk)
        {
            reasons.Add(new("disk", $"the program needs {offer.Service.Spec.ProgramBytes >> 20} MiB in {home.Programs}, {disk >> 20} are free"));
        }
        return reasons;
    }

    private void Enter(IncomingService move, MoveState state)
    {
        MoveRecord next = move.Record with { State = state };
        store.Save(null, next, durable: false);
        move.Record = next;
        move.Hear();
        LogPhase(logger, next.Id, state.Phase);
    }

    private IncomingService Find(string id) => _moves.GetValueOrDefault(id) ?? throw new YadoException(YadoError.NotFound, $"host {self.Name} knows no move {id}");

    private YadoException Refused(MoveOffer offer, IReadOnlyList<ObstacleInfo> reasons) =>
        new(new ErrorBody($"host {self.Name} refuses service '{offer.JobName}'", YadoError.Refused, reasons));

    private static string Shorten(string hash) => hash[..Math.Min(12, hash.Length)];

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move}: {Phase}")]
    private static partial void LogPhase(ILogger logger, string move, MovePhase phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} dropped: {Reason}")]
    private static partial void LogDropped(ILogger logger, string move, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: the held instance had died and is started again")]
    private static partial void LogStartedAgain(ILogger logger, string move);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: {Address} does not say what became of it: {Reason}")]
    private static partial void LogSourceSilent(ILogger logger, string move, string address, string reason);
}
