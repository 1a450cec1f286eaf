using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Programs;
using Yadokari.Daemon.Store;
using Yadokari.Daemon.Streams;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// The source's half of a move. It decides: the commit point is the death of its own copy after <c>Committed</c> was
/// journaled, and in a cluster the compare-and-set of the job's key after it. As long as that copy lives, the answer to
/// "what became of it" is never "commit", so there are never two; once it is dead, the image is on the target's disk, so
/// there is never none. No HTTP in here: crash tests drive it.
/// </summary>
public sealed partial class MoveSource(
    IJobEngine engine,
    IProcessTable processes,
    JobTable jobs,
    IHostStore store,
    HomeDirectory home,
    HostSelf self,
    Func<HostPlace, IMoveTarget> connect,
    RetryPace pace,
    ILogger<MoveSource> logger)
{
    private readonly VerdictBook _verdicts = new();

    /// <summary>Moves whose end the journal could not be told, by their ids: there they go on.</summary>
    private readonly ConcurrentDictionary<string, MoveRecord> _unwritten = new();

    private readonly List<MoveRecord> _toRelease = [];
    private readonly List<MoveRecord> _toAbort = [];

    /// <summary>The relayed streams of the jobs here.</summary>
    public StreamRelays Relays { get; init; } = new(home, processes);

    /// <summary>Told of each move that has ended well.</summary>
    public event Action<MoveReport>? Moved;

    /// <summary>Asks the program of a job for its consent; replaced where the processes are no real ones.</summary>
    public Func<JobRecord, CaptureConsent?> Ask { get; init; } = static _ => null;

    /// <summary>Moves a job. Until the commit any failure leaves it running here; cancelling does the same.</summary>
    /// <param name="stopping">Ends what goes on in the background after the commit.</param>
    /// <param name="rate">Bounds what is sent; null: as fast as the link.</param>
    /// <param name="holdPatience">How long to wait for a program that holds itself in place; null: as usual.</param>
    /// <param name="via">A directory that both hosts see, through which it must go; null: that which both were told, if it serves.</param>
    /// <param name="tcp">What becomes of TCP connections to outside; null: as the job was told at its start.</param>
    /// <exception cref="YadoException">Nothing has changed, unless the message says that the job is committed.</exception>
    public async Task<MoveReport> MoveAsync(
        JobEntry job,
        HostPlace targetPlace,
        IProgress<MoveProgress> progress,
        CancellationToken cancellation,
        CancellationToken stopping,
        RateLimit? rate = null,
        TimeSpan? holdPatience = null,
        string? via = null,
        string? tcp = null)
    {
        TimeSpan patience = holdPatience ?? CaptureConsent.UsualPatience;
        await job.Conversation.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using CaptureConsent? consent = job.Record.IsHere
                ? await ConsentedFreeze.AskAsync(job.Record, Ask, patience, cancellation).ConfigureAwait(false)
                : null;
            await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                MoveReport report = await MoveTrace.FollowAsync(job.Record, targetPlace.Name, () => MoveLockedAsync(
                    job, targetPlace, consent, patience, progress, rate, via, tcp, cancellation, stopping)).ConfigureAwait(false);
                Moved?.Invoke(report);
                return report;
            }
            finally
            {
                job.EndMove();
                job.Gate.Release();
            }
        }
        finally
        {
            job.Conversation.Release();
        }
    }

    /// <summary>What became of a move, for a target that asks. Never heard of means given up.</summary>
    public MoveVerdict VerdictOf(string move) => _verdicts[move];

    /// <summary>
    /// After a start of the daemon, before anyone can ask: decides each move that was under way. A copy that lives was
    /// not killed: the move is given up. A copy that is gone without an end of its own: the target's image is the job.
    /// </summary>
    public void DecideUnfinished()
    {
        foreach (MoveRecord move in store.LoadMoves().Where(m => m.Role == MoveRole.Source && m.Offer.Service is null))
        {
            if (move.State.IsFinal)
            {
                if (move.State is MoveState.Released)
                {
                    _verdicts.Settle(move.Id);
                }
                continue;
            }
            JobEntry? job = jobs.TryGet(move.Offer.JobId);
            bool known = job is not null && job.Record.Epoch == move.Offer.Epoch - 1;
            if (known && job!.Record.State == JobState.Moved)
            {
                Decide(move, commit: true);
            }
            else if (known && IsGoneForGood(job!.Record, move.State))
            {
                MoveRecord committed = move with { State = AsCommitted(move.State) };
                jobs.Update(job, MovedRecord(job.Record, move), committed, durable: true);
                Decide(committed, commit: true);
            }
            else
            {
                MoveRecord aborted = move with { State = new MoveState.Aborted("the source's daemon was restarted") };
                if (known && job!.Record.State == JobState.Moving)
                {
                    jobs.Update(job, job.Record with { State = JobState.Running }, aborted, durable: true);
                }
                else
                {
                    store.Save(null, aborted, durable: true);
                }
                RemoveShared(aborted);
                Decide(aborted, commit: false);
            }
        }
    }

    /// <summary>Tells the targets of the moves that <see cref="DecideUnfinished"/> decided; asks again until they answer.</summary>
    public Task FinishUnfinishedAsync(CancellationToken stopping) =>
        Task.WhenAll(_toRelease.Select(m => ReleaseAsync(m, stopping, connect(m.Peer))).Concat(_toAbort.Select(m => TellAbortAsync(m, stopping))));

    private async Task<MoveReport> MoveLockedAsync(
        JobEntry job,
        HostPlace targetPlace,
        CaptureConsent? consent,
        TimeSpan patience,
        IProgress<MoveProgress> progress,
        RateLimit? rate,
        string? via,
        string? tcp,
        CancellationToken cancellation,
        CancellationToken stopping)
    {
        Stopwatch total = Stopwatch.StartNew();
        JobRecord record = job.Record;
        string ownAddress = OfferOf.RequireMovable(record, self);
        await Directory.CheckOwnedAsync(record, cancellation).ConfigureAwait(false);

        using OpenTarget open = new(connect(targetPlace));
        IMoveTarget target = open.Target;
        HostInfo there = await target.HelloAsync(cancellation).ConfigureAwait(false);
        OfferOf.RequireOther(there, record, self);
        bool sameKernel = there.BootId == record.Main.BootId;
        StreamRelay? relay = Relays.Find(record.Id, record.Epoch);
        LogStreams logs = LogStreams.Of(record.With(tcp), processes, home, relay);

        // Looks only: obstacles end the command before the target hears of the job.
        using ICheckpoint checkpoint = OwnProcess.Open(processes, engine, record, logs.WithCaller(flushFiles: !sameKernel));

        string id = Guid.NewGuid().ToString("n");
        using SharedImage? chosen = SharedImage.Choose(id, record, via, self.Via, there);
        MoveOffer offer = OfferOf.Job(id, record, ownAddress, self, processes, logs) with { Via = chosen?.Directory, ViaProof = chosen?.Proof };
        MoveRecord move = new(MoveRole.Source, offer, there.Name, targetPlace.Address, new MoveState.Reserved());
        progress = job.Follow(there.Name, progress);
        CaptureReport report;
        RelayedStreams? relayed = null;
        SharedImage? shared = null;
        bool filled = false;
        long bytes;
        Stopwatch down = new();
        _verdicts[move.Id] = MoveVerdict.Pending;
        try
        {
            // Else a restart after this move would take the one before for what has moved the job.
            foreach (MoveRecord earlier in _unwritten.Values.Where(m => m.Offer.JobId == record.Id))
            {
                store.Save(null, earlier, durable: false);
                _unwritten.TryRemove(earlier.Id, out _);
            }
            MoveTrace.Enter(MovePhase.Reserved);
            jobs.Update(job, record with { State = JobState.Moving }, move, durable: true);
            progress.Report(new MoveProgress { Phase = MovePhase.Reserved, Total = offer.EstimatedBytes });
            shared = chosen?.Create();
            MoveStatus reserved = await target.ReserveAsync(shared is null ? offer with { Via = null } : offer, cancellation).ConfigureAwait(false);
            shared = shared?.Check(reserved);
            if (shared is null)
            {
                RemoveShared(move);
            }

            Enter(ref move, new MoveState.Copying(1), durable: false);
            IImageStream sent = await target.OpenImageAsync(move.Id, cancellation).ConfigureAwait(false);
            await using (IImageStream stream = shared?.Divert(sent) ?? sent)
            {
                ImageSender sender = new(stream, progress, offer.EstimatedBytes, wantsLayout: shared is null, rate, round => AwaitRound(target, id, round, cancellation));
                sender.SendLogs(logs, settled: false);
                checkpoint.CopyAhead(sender);
                sender.SendLogs(logs, settled: false);

                // Lost with the power it would mean the same as what was written before it, and what is written meanwhile has to be copied again.
                Enter(ref move, new MoveState.Frozen(), durable: false);
                cancellation.ThrowIfCancellationRequested();
                report = await ConsentedFreeze.CaptureAsync(
                    checkpoint,
                    consent,
                    patience,
                    begin: down.Restart,
                    capture: () =>
                    {
                        OwnProcess.Require(processes, record);
                        sender.Phase = MovePhase.Frozen;
                        relayed = logs.Settle();
                        return checkpoint.Capture(sender, null);
                    },
                    giveBack: () => relay?.Unseal(),
                    cancellation).ConfigureAwait(false);
                sender.SendLogs(logs, settled: true);
                await stream.CompleteAsync(cancellation).ConfigureAwait(false);
                bytes = sender.Bytes;
            }
            Enter(ref move, new MoveState.Sent(report.FileLength), durable: false);
            progress.Report(new MoveProgress { Phase = MovePhase.Sent, Round = report.Rounds.Count + 1, Bytes = bytes, Total = bytes });
            (long outputFrom, long errorsFrom) = logs.From;
            MoveStatus prepared = await target.PrepareAsync(
                move.Id, new PrepareMove(report.FileLength, logs.OutputSent, logs.ErrorsSent, relayed, outputFrom, errorsFrom), cancellation).ConfigureAwait(false);
            filled = prepared.Filled;
            Enter(ref move, new MoveState.Prepared(report.FileLength, null), durable: false);
            cancellation.ThrowIfCancellationRequested();
            // The last look: a host that has lost its lease, or the job, commits nothing.
            await Directory.CheckOwnedAsync(record, cancellation).ConfigureAwait(false);
            Enter(ref move, AsCommitted(move.State), durable: true);
            checkpoint.Condemn();
        }
        catch (Exception failure)
        {
            // The job runs on before anything else is done about it, but for what was typed at its terminal: that must be there again.
            try
            {
                if (move.State is not MoveState.Committed || processes.IsAlive(record.Main))
                {
                    relay?.Unseal();
                }
            }
            finally
            {
                checkpoint.Dispose();
            }
            if (move.State is MoveState.Committed && !processes.IsAlive(record.Main))
            {
                LogKillFailed(logger, record.Id, failure);
                report = new CaptureReport(((MoveState.Committed)move.State).ImageLength, 0, 0, DateTimeOffset.UtcNow, down.Elapsed);
                bytes = report.FileLength;
            }
            else
            {
                Abort(job, record, move, failure, stopping);
                throw AsYado(failure, record, there);
            }
        }

        // The copy here is dead: from now on every answer is "commit", once the directory has taken it.
        _verdicts[move.Id] = AfterDeath;
        JobRecord moved = MovedRecord(record, move);
        JobRecord? unwritten = null;
        try
        {
            jobs.Update(job, moved, move, durable: false);
        }
        catch (StoreException failure)
        {
            // The journal says Committed and the copy is dead, which after a restart means the same; it must not say Released before this.
            LogStoreFailed(logger, move.Id, failure);
            JobTable.UpdateInMemory(job, moved);
            unwritten = moved;
        }

        // Not before the record says where it went: what its caller sends and asks for from now on is answered there.
        Relays.End(record.Id, record.Epoch);
        Task<JobInfo> releasing = ReleaseAsync(move, stopping, open.Take(), unwritten);
        JobInfo jobThere;
        try
        {
            jobThere = await releasing.WaitAsync(pace.ReleasePatience, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException failure)
        {
            throw new YadoException(
                YadoError.Failed, $"job '{record.Name}' is committed to host {there.Name}, which does not answer: it runs on there as soon as it does", failure);
        }
        down.Stop();
        progress.Report(new MoveProgress { Phase = MovePhase.Released, Round = report.Rounds.Count + 1, Bytes = bytes, Total = bytes });
        home.DeleteJobDirectory(record.Id, record.Epoch);
        DropCheckpoints(record);
        return new MoveReport(jobThere, bytes, report.MemoryBytes, report.Rounds.Count + 1, down.Elapsed.TotalMilliseconds, total.Elapsed.TotalMilliseconds, report.WithoutRounds, filled) { Via = shared?.Directory, RanOn = report.RanOn };
    }

    private void Enter(ref MoveRecord move, MoveState state, bool durable)
    {
        MoveRecord next = move with { State = state };
        store.Save(null, next, durable);
        move = next;
        MoveTrace.Enter(state.Phase);
        LogPhase(logger, move.Id, state.Phase);
    }

    private void Abort(JobEntry job, JobRecord record, MoveRecord move, Exception reason, CancellationToken stopping)
    {
        MoveRecord aborted = move with { State = new MoveState.Aborted(reason.Message) };
        JobRecord running = record with { State = JobState.Running };
        try
        {
            jobs.Update(job, running, aborted, durable: true);
        }
        catch (StoreException failure)
        {
            // After a restart the copy is found alive, which means aborted too.
            LogStoreFailed(logger, move.Id, failure);
            _unwritten[move.Id] = aborted;
            JobTable.UpdateInMemory(job, running);
        }
        _verdicts[move.Id] = MoveVerdict.Abort;
        RemoveShared(aborted);
        LogAborted(logger, move.Id, record.Id, reason.Message);
        _ = TellAbortAsync(aborted, stopping);
    }

    /// <summary>It is in the journal that the move was given up, or its image is sent.</summary>
    private void RemoveShared(MoveRecord move)
    {
        try
        {
            SharedImage.Remove(move.Offer);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogSharedLeft(logger, move.Id, failure.Message);
        }
    }

    /// <summary>Courtesy: a target that does not hear it asks by itself. Tries only a few times.</summary>
    private async Task TellAbortAsync(MoveRecord move, CancellationToken stopping)
    {
        try
        {
            using IMoveTarget target = connect(move.Peer);
            await target.AbortAsync(move.Id, stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            LogAbortUnheard(logger, move.Id, move.PeerAddress, failure.Message);
        }
    }

    private void Decide(MoveRecord move, bool commit)
    {
        _verdicts[move.Id] = commit ? AfterDeath : MoveVerdict.Abort;
        (commit ? _toRelease : _toAbort).Add(move);
        LogDecided(logger, move.Id, move.Offer.JobId, commit ? "commit" : "abort");
    }

    /// <summary>True when no copy runs here any more and the job did not end by itself, while the target has an image.</summary>
    private bool IsGoneForGood(JobRecord job, MoveState state)
    {
        if (state.Phase is not (MovePhase.Prepared or MovePhase.Committed) || processes.IsAlive(job.Main))
        {
            return false;
        }
        if (home.ReadExit(job.Id, job.Epoch) is not { } status)
        {
            if (job.Adopted && job.Main.BootId == self.BootId)
            {
                // No shell keeps its exit status, so its absence says nothing. Before Committed nobody here has killed it;
                // after that the kill is the next thing done, and an end of its own just in between the less likely story.
                return state is MoveState.Committed;
            }
            // Its shell is gone without a word: this host went down. The target's image is all that is left.
            return true;
        }
        // After Committed was journaled the daemon's own SIGKILL is what ended it; before, someone else's was.
        return state is MoveState.Committed && new WaitStatus(status).Signal == SIGKILL;
    }

    private static MoveState.Committed AsCommitted(MoveState state) => state switch
    {
        MoveState.Prepared prepared => new(prepared.ImageLength, prepared.Held),
        MoveState.Committed committed => committed,
        _ => throw new InvalidOperationException($"a move cannot be committed in state {state.Phase}"),
    };

    private void DropCheckpoints(JobRecord job)
    {
        foreach (JobCheckpoint checkpoint in job.Checkpoints)
        {
            File.Delete(checkpoint.Path);
        }
        home.DeleteCheckpoints(job.Id);
    }

    private static JobRecord MovedRecord(JobRecord job, MoveRecord move) => job with
    {
        State = JobState.Moved,
        MovedTo = move.PeerName,
        MovedToAddress = move.PeerAddress,
        Ended = DateTimeOffset.UtcNow,
        // What it could be resumed from here is of the past: it runs there.
        Checkpoints = [],
        Resuming = false,
    };

    private static Exception AsYado(Exception failure, JobRecord job, HostInfo there) => Innermost(failure) switch
    {
        YadoException said => said,
        OperationCanceledException => failure,
        ObstacleException or EngineException => EngineCall.Translate(failure),
        StoreException => new YadoException(YadoError.Failed, $"{failure.Message}; job '{job.Name}' runs on here", failure),
        IOException => new YadoException(YadoError.Failed, $"the connection to host {there.Name} broke: job '{job.Name}' runs on here", failure),
        TimeoutException => new YadoException(YadoError.Failed, $"host {there.Name} does not answer: job '{job.Name}' runs on here", failure),
        _ => failure,
    };

    /// <summary>What the target said, when that is what broke the stream; else the failure itself.</summary>
    private static Exception Innermost(Exception failure)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is YadoException)
            {
                return inner;
            }
        }
        return failure is EngineException && failure.InnerException is IOException io ? io : failure;
    }

    /// <summary>Waits until a target that fills a process has a round in it, too.</summary>
    private static void AwaitRound(IMoveTarget target, string move, int round, CancellationToken cancellation)
    {
        try
        {
            target.RoundAsync(move, round, cancellation).GetAwaiter().GetResult();
        }
        catch (YadoException)
        {
            // One of an earlier version knows no such question, and one that is gone is told of by the next write.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move}: {Phase}")]
    private static partial void LogPhase(ILogger logger, string move, MovePhase phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} of job {Job} given up: {Reason}")]
    private static partial void LogAborted(ILogger logger, string move, string job, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move}: {Address} does not hear that it is given up, and will ask: {Reason}")]
    private static partial void LogAbortUnheard(ILogger logger, string move, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} of job {Job} was under way when the daemon ended: {Verdict}")]
    private static partial void LogDecided(ILogger logger, string move, string job, string verdict);

    [LoggerMessage(Level = LogLevel.Error, Message = "move {Move}: the journal could not be written")]
    private static partial void LogStoreFailed(ILogger logger, string move, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: its image is left in the shared directory: {Reason}")]
    private static partial void LogSharedLeft(ILogger logger, string move, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "job {Job} was killed, but the engine reports a failure")]
    private static partial void LogKillFailed(ILogger logger, string job, Exception failure);
}
