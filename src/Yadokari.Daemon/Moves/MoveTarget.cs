using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Daemon.Streams;
using Yadokari.Engine;
using Yadokari.Engine.Consent;
using Yadokari.Engine.Resume;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// The target's half of a move. It never decides: it releases only when the source says "commit" and drops only when
/// the source says "abort", or as long as it has not said that it is prepared. No HTTP in here: crash tests drive it.
/// </summary>
public sealed partial class MoveTarget(
    IJobEngine engine,
    IProcessTable processes,
    JobTable jobs,
    IHostStore store,
    HomeDirectory home,
    HostSelf self,
    IMoveOracle oracle,
    Action<JobEntry> watch,
    RetryPace pace,
    ILogger<MoveTarget> logger)
{
    private const int MaxIncoming = 64;

    private readonly ConcurrentDictionary<string, IncomingMove> _moves = new();
    private readonly Lock _admission = new();

    /// <summary>The relayed streams of the jobs here.</summary>
    public StreamRelays Relays { get; init; } = new(home, processes);

    /// <summary>The control groups of jobs with limits; null: there are none.</summary>
    public LimitGroups? Groups { get; init; }

    /// <summary>Free bytes of memory and of the disk below which a job is refused; replaced in tests.</summary>
    public Func<(long Memory, long Disk)> Room { get; init; } = static () => (long.MaxValue, long.MaxValue);

    /// <summary>Agrees to take a job and keeps its name, or refuses with every reason at once.</summary>
    /// <exception cref="YadoException">Refused; exit status 5.</exception>
    public async Task<MoveStatus> ReserveAsync(MoveOffer offer, CancellationToken stopping)
    {
        await EarlierMoves.EndAsync(
            _moves.Values, offer.JobId, oracle, AbortAsync, (m, why) => LogSourceSilent(logger, m.Id, m.PeerAddress, why), stopping).ConfigureAwait(false);
        List<ObstacleInfo> reasons = FindReasons(offer);
        if (reasons.Count > 0)
        {
            throw Refused(offer, reasons);
        }
        IncomingMove move = Admit(offer, stopping);
        if (offer.Via is null)
        {
            return Status(move);
        }
        // Not under the lock of all moves: a file system of another machine may keep whoever looks at it waiting.
        await move.Gate.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            return Status(move) with { NotVia = move.Record.State is MoveState.Reserved ? SharedPlace.Follow(offer, home.Image(offer.MoveId)) : "the move was given up" };
        }
        finally
        {
            move.Gate.Release();
        }
    }

    /// <exception cref="YadoException">Refused; exit status 5.</exception>
    private IncomingMove Admit(MoveOffer offer, CancellationToken stopping)
    {
        lock (_admission)
        {
            if (FindInWay(offer) is { } inWay)
            {
                throw Refused(offer, [inWay]);
            }
            EarlierMoves.Write(_moves.Values, offer.JobId, store);
            IDisposable name = jobs.TryReserveName(offer.JobName)
                ?? throw Refused(offer, [NameTaken(offer)]);
            IncomingMove move = new(
                new MoveRecord(MoveRole.Target, offer, offer.SourceName, offer.SourceAddress, new MoveState.Reserved()), name);
            try
            {
                store.Save(null, move.Record, durable: false);
                home.CreateJobDirectory(offer.JobId, offer.Epoch);
            }
            catch
            {
                name.Dispose();
                throw;
            }
            FinishedMoves.Forget(_moves);
            _moves[offer.MoveId] = move;
            _ = WatchSourceAsync(move, askNow: false, stopping);
            LogPhase(logger, offer.MoveId, MovePhase.Reserved);
            return move;
        }
    }

    /// <summary>Takes the image and the logs. A stream that stops before its end, or holds anything else, is a failure:
    /// the move is dropped.</summary>
    /// <exception cref="YadoException">Dropped.</exception>
    public async Task<MoveStatus> ReceiveAsync(string id, Stream frames, CancellationToken cancellation)
    {
        IncomingMove move = Find(id);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, move.GivenUp.Token);
        await move.Gate.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            Expect(move, MovePhase.Reserved);
            Enter(move, new MoveState.Copying(1), durable: false);
            long length = await CopyAsync(move, new FrameReader(frames), either.Token).ConfigureAwait(false);
            BeginPreparing(move);
            Enter(move, new MoveState.Sent(length), durable: false);
            return Status(move);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or OperationCanceledException or StoreException)
        {
            Drop(move, $"the image did not arrive: {failure.Message}");
            throw failure is OperationCanceledException
                ? failure
                : new YadoException(YadoError.Refused, $"host {self.Name} could not take the image: {failure.Message}", failure);
        }
        finally
        {
            move.Gate.Release();
        }
    }

    /// <summary>Rebuilds the process and holds it. When this returns, the image is on the disk and the journal says so.</summary>
    /// <exception cref="YadoException">This host can't resume it, exit status 5; dropped.</exception>
    public async Task<MoveStatus> PrepareAsync(string id, PrepareMove prepare, CancellationToken cancellation)
    {
        IncomingMove move = Find(id);
        await move.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (move.Record.State is MoveState.Prepared)
            {
                return Status(move);
            }
            Expect(move, MovePhase.Sent);
            try
            {
                MoveOffer offer = move.Record.Offer;
                string image = home.Image(id);
                CheckLength(image, prepare.ImageLength, "image");
                CutLogs(offer, prepare);
                IReadOnlyList<Obstacle> missing = move.Missing is { } looking ? await looking.ConfigureAwait(false) : engine.FindMissing(image, isOwn: false);
                if (missing.Count > 0)
                {
                    throw Refused(offer, EngineCall.ToInfos(missing));
                }
                // The disk works while the process is rebuilt. That the journal says so already promises nothing: the source has not heard it.
                MoveRecord promised = move.Record with { State = new MoveState.Prepared(prepare.ImageLength, null) };
                Task flushed = Task.WhenAll(move.Flushed, Task.Run(() => store.Save(null, promised, durable: true), CancellationToken.None));
                HeldFacts facts;
                try
                {
                    facts = Hold(move, prepare.Relay);
                }
                finally
                {
                    await flushed.ConfigureAwait(false);
                }
                // Of the process held here nothing is left when the power fails.
                Enter(move, new MoveState.Prepared(prepare.ImageLength, facts), durable: false);
                return Status(move);
            }
            catch (Exception failure) when (failure is YadoException or EngineException or IOException or StoreException or InvalidOperationException)
            {
                Drop(move, failure.Message);
                throw failure switch
                {
                    YadoException => failure,
                    _ => new YadoException(YadoError.Refused, $"host {self.Name} cannot resume job '{move.Record.Offer.JobName}': {failure.Message}", failure),
                };
            }
        }
        finally
        {
            move.Gate.Release();
        }
    }

    /// <summary>The source's copy is dead: lets the job run. Says the same when it runs already.</summary>
    /// <exception cref="YadoException">Exit status 4: no such move, or dropped. Another one: it could not be rebuilt now;
    /// its image is kept, ask again.</exception>
    public async Task<JobRecord> ReleaseAsync(string id, CancellationToken stopping)
    {
        IncomingMove move = Find(id);
        // The caller may go away; what it has asked for happens all the same.
        await move.Gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            switch (move.Record.State)
            {
                case MoveState.Released:
                    break;
                case MoveState.Prepared prepared:
                    ReleaseLocked(move, prepared.ImageLength, prepared.Held);
                    break;
                case MoveState.Committed committed:
                    await ReleaseCommittedAsync(move, committed, stopping).ConfigureAwait(false);
                    break;
                default:
                    throw new YadoException(YadoError.NotFound, $"host {self.Name} has no prepared job for move {id}: it is {move.Record.State.Phase}");
            }
            return jobs.TryGet(move.Record.Offer.JobId)?.Record
                ?? throw new YadoException(YadoError.Failed, $"job {move.Record.Offer.JobId} was released on host {self.Name} but is not in its table");
        }
        finally
        {
            move.Gate.Release();
        }
    }

    /// <summary>The source has given up: forgets everything. Says the same when that was done before.</summary>
    /// <exception cref="YadoException">It is committed already.</exception>
    public async Task<MoveStatus> AbortAsync(string id)
    {
        if (!_moves.TryGetValue(id, out IncomingMove? move))
        {
            return new MoveStatus(id, MovePhase.Aborted, MoveVerdict.Abort);
        }
        await move.GivenUp.CancelAsync().ConfigureAwait(false);
        await move.Gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (move.Record.State.Phase is MovePhase.Committed or MovePhase.Released)
            {
                throw new YadoException(YadoError.Failed, $"move {id} is {move.Record.State.Phase} on host {self.Name}");
            }
            Drop(move, "the source gave it up");
            return Status(move);
        }
        finally
        {
            move.Gate.Release();
        }
    }

    private List<ObstacleInfo> FindReasons(MoveOffer offer)
    {
        List<ObstacleInfo> reasons = OfferCheck.FindReasons(offer, self, jobs);
        if (offer.Limits is { } limits && LimitGroups.FindFault(Groups, limits) is { } fault)
        {
            reasons.Add(new("limits", fault));
        }
        (long memory, long disk) = Room();
        if (offer.EstimatedBytes > memory)
        {
            reasons.Add(new("memory", $"the job needs about {Mebibytes(offer.EstimatedBytes)} MiB of memory, {Mebibytes(memory)} are free"));
        }
        if (offer.EstimatedBytes > disk)
        {
            reasons.Add(new("disk", $"the image needs about {Mebibytes(offer.EstimatedBytes)} MiB in {home.Images}, {Mebibytes(disk)} are free"));
        }
        return reasons;
    }

    private async Task<long> CopyAsync(IncomingMove move, FrameReader frames, CancellationToken cancellation)
    {
        MoveOffer offer = move.Record.Offer;
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = ownerOnly,
        };
        string path = home.Image(move.Record.Id);
        bool lies = SharedPlace.Leads(path);
        await using FileStream? image = lies ? null : new(path, options);
        using SafeFileHandle output = OpenLog(home.Output(offer.JobId, offer.Epoch));
        using SafeFileHandle errors = OpenLog(home.Errors(offer.JobId, offer.Epoch));
        using SafeFileHandle input = OpenLog(home.Input(offer.JobId, offer.Epoch));
        long most = OfferCheck.MostBytes(offer), mostOfLog = OfferCheck.MostLogBytes(offer);
        FlushBehind flushing = new(path);
        FlushBehind[] logs = [new(home.Output(offer.JobId, offer.Epoch)), new(home.Errors(offer.JobId, offer.Epoch))];
        while (true)
        {
            (FrameHeader header, ReadOnlyMemory<byte> payload) = await frames.ReadAsync(cancellation).ConfigureAwait(false);
            move.Hear();
            long agreed = header.Kind is FrameKind.Output or FrameKind.Errors ? mostOfLog : most;
            if (header.Offset > agreed - payload.Length)
            {
                throw new InvalidDataException($"it is longer than the {Mebibytes(agreed)} MiB that were agreed on");
            }
            switch (header.Kind)
            {
                case FrameKind.End:
                    move.Fill?.Load();
                    // One that is not done does no harm: what matters is flushed when all is here.
                    await (flushing.Running.IsFaulted ? flushing.Running : Task.CompletedTask).ConfigureAwait(false);
                    move.Flushed = Task.WhenAll(logs.Select(log => log.AskIfNew()));
                    return image?.Length ?? SharedPlace.LengthOf(path);
                case FrameKind.Image:
                    RandomAccess.Write(
                        (image ?? throw new InvalidDataException("it was to be in the directory that both hosts see")).SafeFileHandle, payload.Span, header.Offset);
                    move.Fill?.Written(header.Offset, payload.Length);
                    break;
                case FrameKind.Layout when image is not null:
                    Fill(move, payload.Span, most);
                    break;
                case FrameKind.Flush:
                    _ = flushing.Ask();
                    Array.ForEach(logs, log => _ = log.AskIfNew());
                    await LoadAsync(move).ConfigureAwait(false);
                    break;
                case FrameKind.Output:
                    RandomAccess.Write(output, payload.Span, header.Offset);
                    logs[0].Wrote();
                    break;
                case FrameKind.Errors:
                    RandomAccess.Write(errors, payload.Span, header.Offset);
                    logs[1].Wrote();
                    break;
                case FrameKind.Input:
                    RandomAccess.Write(input, payload.Span, header.Offset);
                    break;
            }
        }
    }

    private HeldFacts Hold(IncomingMove move, RelayedStreams? relay)
    {
        MoveOffer offer = move.Record.Offer;
        using LogHandles logs = relay is null
            ? LogHandles.Open(home, offer.JobId, offer.Epoch)
            : LogHandles.ForCaller(home, offer.JobId, offer.Epoch, Relays.Make(offer.JobId, offer.Epoch, relay));
        ResumeOptions options = new()
        {
            StandardInput = logs.Input,
            StandardOutput = logs.Output,
            StandardError = logs.Errors,
            ExitStatusFile = logs.Exit,
            OwnNamespaces = true,
            Started = shell => LimitGroups.Take(move.Groups, shell),
        };
        Group(move);
        IHeldJob held = FinishFill(move, options) ?? engine.Prepare(home.Image(move.Record.Id), options);
        ProcessIdentity? shell = processes.Identify(held.ShellPid);
        ProcessIdentity? main = processes.Identify(held.Pid);
        if (shell is null || main is null)
        {
            held.Dispose();
            throw new InvalidOperationException("the rebuilt process ended before it was released");
        }
        move.Held = held;
        LimitGroups.Take(move.Groups, held.ShellPid);
        return new HeldFacts(shell, main);
    }

    private void ReleaseLocked(IncomingMove move, long imageLength, HeldFacts? facts)
    {
        MoveOffer offer = move.Record.Offer;
        if (move.Held is null || facts is null || !processes.IsAlive(facts.Main))
        {
            move.Held?.Dispose();
            move.Held = null;
            try
            {
                facts = Hold(move, Relays.StateOf(offer.JobId, offer.Epoch));
            }
            catch (Exception failure) when (failure is EngineException or IOException or InvalidOperationException)
            {
                LogRebuildFailed(logger, move.Record.Id, home.Image(move.Record.Id), failure.Message);
                throw new YadoException(
                    YadoError.Failed, $"host {self.Name} cannot rebuild job '{offer.JobName}' now: {failure.Message}; its context file is {home.Image(move.Record.Id)}", failure);
            }
        }
        JobRecord job = new()
        {
            Id = offer.JobId,
            Name = offer.JobName,
            State = JobState.Running,
            Arguments = offer.Arguments,
            Uid = offer.Uid,
            Started = offer.Started,
            Epoch = offer.Epoch,
            Streams = Relays.StateOf(offer.JobId, offer.Epoch) is null ? JobStreams.Log : JobStreams.Relayed,
            Shell = facts.Shell,
            Main = facts.Main,
            Plan = offer.Plan,
            Tcp = offer.Tcp,
            Limits = offer.Limits,
            Groups = move.Groups,
            LogSize = offer.LogSize,
            Checkpoints = offer.Plan is { Restart: true } ? [Arrival(move, imageLength)] : [],
            Mailbox = offer.Mailbox,
        };
        int? oldEpoch = jobs.TryGet(offer.JobId)?.Record.Epoch;
        MoveRecord committed = move.Record with { State = new MoveState.Committed(imageLength, facts) };
        // One transaction: a job that may run is in the table. Not waited for until it is on the disk: should the power fail before that,
        // the journal says Prepared, the source says commit, and the image is still there.
        JobEntry entry = jobs.Put(job, committed, durable: false, isChild: true);
        move.Record = committed;
        LogPhase(logger, move.Record.Id, MovePhase.Committed);

        IHeldJob held = move.Held!;
        // It stands still and is complete: its program knows where it is from its first instruction on.
        ProgramGreeting.Give(held.Pid, offer.Mailbox, self.Name, home.Socket, offer.JobName);
        held.Release();
        move.Held = null;
        held.Dispose();
        Finish(move, entry);
        if (oldEpoch is { } old && old != offer.Epoch)
        {
            home.DeleteJobDirectory(offer.JobId, old);
        }
    }

    private void Finish(IncomingMove move, JobEntry entry)
    {
        move.Name?.Dispose();
        move.Name = null;
        Enter(move, new MoveState.Released(), durable: false);
        if (entry.Record.IsHere)
        {
            watch(entry);
        }
        _ = EndAsync(move.Record.Id);
    }

    private void Drop(IncomingMove move, string reason)
    {
        if (move.Record.State.IsFinal)
        {
            return;
        }
        MoveOffer offer = move.Record.Offer;
        move.Dispose();
        try
        {
            Enter(move, new MoveState.Aborted(reason), durable: false);
        }
        catch (StoreException failure)
        {
            // After a restart it is dropped again, or asks its source, which says abort.
            LogStoreFailed(logger, move.Record.Id, failure);
            move.Record = move.Record with { State = new MoveState.Aborted(reason) };
            move.IsUnwritten = true;
        }
        SharedPlace.Delete(home.Image(move.Record.Id));
        if (jobs.TryGet(offer.JobId)?.Record.Epoch != offer.Epoch)
        {
            Relays.End(offer.JobId, offer.Epoch);
        }
        EarlierMoves.DeleteDirectory(offer, jobs, home);
        _ = LimitGroups.RemoveAsync(move.Groups, CancellationToken.None);
        LogDropped(logger, move.Record.Id, reason);
    }

    private void Enter(IncomingMove move, MoveState state, bool durable)
    {
        MoveRecord next = move.Record with { State = state };
        store.Save(null, next, durable);
        move.Record = next;
        move.Hear();
        LogPhase(logger, next.Id, state.Phase);
    }

    private IncomingMove Find(string id) =>
        _moves.GetValueOrDefault(id) ?? throw new YadoException(YadoError.NotFound, $"host {self.Name} knows no move {id}");

    private void Expect(IncomingMove move, MovePhase phase)
    {
        if (move.Record.State.Phase != phase)
        {
            throw new YadoException(YadoError.Refused, $"move {move.Record.Id} is {move.Record.State.Phase} on host {self.Name}, not {phase}");
        }
    }

    private YadoException Refused(MoveOffer offer, IReadOnlyList<ObstacleInfo> reasons) =>
        new(new ErrorBody($"host {self.Name} refuses job '{offer.JobName}'", YadoError.Refused, reasons));

    private static MoveStatus Status(IncomingMove move) => new(move.Record.Id, move.Record.State.Phase, MoveVerdict.Pending, Filled: move.IsFilled);
}
