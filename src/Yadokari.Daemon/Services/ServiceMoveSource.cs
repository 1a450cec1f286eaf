using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>
/// The source's half of a service's move. The commit point is the making of one symbolic link (<see cref="Decision"/>): before it
/// the source's instance serves on whatever fails, after it only the target's serves. docs/rpc.md has the table of who may die when.
/// </summary>
public sealed partial class ServiceMoveSource(
    IProcessTable processes, JobTable jobs, IHostStore store, HomeDirectory home, HostSelf self, ProgramStore programs, ServiceLauncher launcher,
    RetryPace pace, ILogger<ServiceMoveSource> logger)
{
    private readonly VerdictBook _verdicts = new();

    /// <summary>Moves a service. Until the commit any failure leaves it serving here; cancelling does the same.</summary>
    /// <param name="patience">How long to wait for calls in flight; null: until they end.</param>
    /// <exception cref="YadoException">Nothing has changed, unless the message says that the service is committed.</exception>
    public async Task<MoveReport> MoveAsync(
        JobEntry job, HostPlace targetPlace, IProgress<MoveProgress> progress, CancellationToken cancellation, CancellationToken stopping, TimeSpan? patience = null)
    {
        if (!await job.Gate.WaitAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false))
        {
            throw new YadoException(YadoError.Failed, $"service '{job.Record.Name}' is being moved already: wait until that is over");
        }
        try
        {
            return await MoveTrace.FollowAsync(
                job.Record, targetPlace.Name, () => MoveLockedAsync(job, targetPlace, progress, cancellation, stopping, patience)).ConfigureAwait(false);
        }
        finally
        {
            job.EndMove();
            job.Gate.Release();
        }
    }

    /// <summary>What became of a move, for a target that asks. Never heard of means given up.</summary>
    public MoveVerdict VerdictOf(string move) => _verdicts[move];

    private async Task<MoveReport> MoveLockedAsync(
        JobEntry job, HostPlace targetPlace, IProgress<MoveProgress> progress, CancellationToken cancellation, CancellationToken stopping, TimeSpan? patience)
    {
        Stopwatch total = Stopwatch.StartNew();
        JobRecord record = job.Record;
        if (!record.IsHere || record.Service is not { } service)
        {
            throw record.State == JobState.Moved
                ? new YadoException(YadoError.NotFound, $"service '{record.Name}' is on host {record.MovedTo}: ask there")
                : new YadoException(YadoError.NotFound, $"service '{record.Name}' has ended");
        }
        if (self.Address is not { } ownAddress)
        {
            throw new YadoException(YadoError.Failed, "this host has no address for others: restart its daemon with 'yado host --listen ADDR:PORT'");
        }
        await Directory.CheckOwnedAsync(record, cancellation).ConfigureAwait(false);
        using ServiceMoveLinks links = new(new HttpServiceTarget(targetPlace));
        HttpServiceTarget target = links.Target;
        HostInfo there = await target.HelloAsync(cancellation).ConfigureAwait(false);
        if (there.Instance == self.Instance)
        {
            throw new YadoException(YadoError.WrongUsage, $"service '{record.Name}' is on host {self.Name} already");
        }
        MoveRecord move = new(MoveRole.Source, OfferOf(record, service, ownAddress), there.Name, targetPlace.Address, new MoveState.Reserved());
        progress = job.Follow(there.Name, progress);
        string decisionPath = DecisionPath(move);
        ServicePhases phases;
        ServicePlace place;
        int rounds;
        Stopwatch down = new();
        _verdicts[move.Id] = MoveVerdict.Pending;
        try
        {
            MoveTrace.Enter(MovePhase.Reserved);
            jobs.Update(job, record with { State = JobState.Moving }, move, durable: false);
            progress.Report(new MoveProgress { Phase = MovePhase.Reserved });
            ServiceOffered offered = await target.ReserveAsync(move.Offer, cancellation).ConfigureAwait(false);
            await FaultPoint.PassAsync("reserved").ConfigureAwait(false);
            Stopwatch step = Stopwatch.StartNew();
            if (offered.NeedsProgram)
            {
                await target.SendProgramAsync(programs, service.Spec.ProgramHash, cancellation).ConfigureAwait(false);
            }
            Enter(ref move, new MoveState.Copying(1));
            ServicePrepared started = await target.StartAsync(move.Id, cancellation).ConfigureAwait(false);
            await FaultPoint.PassAsync("started").ConfigureAwait(false);
            place = started.Place;
            double start = Lap(step);
            InstanceControl control = links.Instance = await InstanceControl.ConnectAsync(launcher.ControlPath(record.Id, record.Epoch), cancellation).ConfigureAwait(false);
            long stateBytes = await CopyAheadAsync(control, target, move, place, progress, cancellation).ConfigureAwait(false);
            await FaultPoint.PassAsync("ahead").ConfigureAwait(false);
            double ahead = Lap(step);
            using MemoryStream rest = new();
            CallsInFlight calls = new(control, record.Name, patience, progress);
            double drain;
            do
            {
                await calls.AwaitAsync(cancellation).ConfigureAwait(false);
                await control.DoAsync(ControlVerb.FinishStreams, cancellation).ConfigureAwait(false);
                (rounds, long roundBytes) = await CopyRoundsAsync(control, target, move, progress, cancellation).ConfigureAwait(false);
                stateBytes += roundBytes;
                ahead += Lap(step);
                Enter(ref move, new MoveState.Frozen());

                // From here on calls are held.
                down.Restart();
                step.Restart();
            }
            while (!await calls.TryDrainAsync(decisionPath, rest, cancellation).ConfigureAwait(false));
            drain = Lap(step);
            await FaultPoint.PassAsync("drained").ConfigureAwait(false);
            // The last look goes on meanwhile: a host that has lost its lease, or the service, commits nothing.
            await Task.WhenAll(
                target.SendDeltaAsync(move.Id, rest.GetBuffer().AsMemory(0, (int)rest.Length), cancellation),
                Directory.CheckOwnedAsync(record, cancellation)).ConfigureAwait(false);
            Enter(ref move, new MoveState.Prepared(stateBytes + rest.Length, null));
            double delta = Lap(step);
            await FaultPoint.PassAsync("prepared").ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (Decision.Make(decisionPath, Decision.Moved) != Decision.Moved)
            {
                throw new YadoException(YadoError.Failed, $"service '{record.Name}' has decided to serve on: move it again");
            }
            phases = new ServicePhases(start, ahead, drain, delta, Lap(step), 0, 0, stateBytes, rest.Length);
        }
        catch (Exception failure)
        {
            GiveUp(job, record, move, decisionPath, failure, stopping);
            throw AsYado(failure, record, there);
        }

        // Decided: from now on every answer is "commit", once the directory has taken it.
        MoveTrace.Enter(MovePhase.Committed);
        _verdicts[move.Id] = AfterDecision;
        await FaultPoint.PassAsync("committed").ConfigureAwait(false);
        Task<(JobInfo Job, double Committed, double Activated, double Told)> finishing = FinishAsync(job, record, move, place, links.Keep(), Stopwatch.StartNew(), stopping);
        (JobInfo Job, double Committed, double Activated, double Told) done;
        try
        {
            done = await finishing.WaitAsync(pace.ReleasePatience, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException failure)
        {
            throw new YadoException(
                YadoError.Failed, $"service '{record.Name}' is committed to host {there.Name}, which does not answer: it serves there as soon as it does", failure);
        }
        down.Stop();
        long bytes = phases.StateBytes + phases.DeltaBytes;
        progress.Report(new MoveProgress { Phase = MovePhase.Released, Bytes = bytes, Total = bytes });
        return new MoveReport(done.Job, bytes, bytes, 1 + rounds, down.Elapsed.TotalMilliseconds, total.Elapsed.TotalMilliseconds)
        {
            Service = phases with { Commit = phases.Commit + done.Committed, Activate = done.Activated, Release = done.Told },
        };
    }

    private MoveOffer OfferOf(JobRecord record, ServicePart service, string ownAddress) => new()
    {
        MoveId = Guid.NewGuid().ToString("n"),
        ProtocolVersion = ProtocolVersion.Current,
        JobId = record.Id,
        JobName = record.Name,
        Arguments = record.Arguments,
        Uid = record.Uid,
        Started = record.Started,
        Epoch = record.Epoch + 1,
        EstimatedBytes = processes.ResidentBytes(record.Main.Pid),
        SourceName = self.Name,
        SourceAddress = ownAddress,
        SourceInstance = self.Instance,
        Service = new ServiceOffer(service.Spec, service.Place),
    };

    private void Enter(ref MoveRecord move, MoveState state)
    {
        MoveRecord next = move with { State = state };
        store.Save(null, next, durable: false);
        move = next;
        MoveTrace.Enter(state.Phase);
        LogPhase(logger, move.Id, state.Phase);
    }

    private string DecisionPath(MoveRecord move) =>
        Path.Combine(home.JobDirectory(move.Offer.JobId, move.Offer.Epoch - 1), $"decision-{move.Id}");

    private static double Lap(Stopwatch step)
    {
        double milliseconds = step.Elapsed.TotalMilliseconds;
        step.Restart();
        return milliseconds;
    }

    private static Exception AsYado(Exception failure, JobRecord job, HostInfo there) => failure switch
    {
        YadoException { Unreachable: true } => new YadoException(YadoError.Failed, $"the connection to host {there.Name} broke: service '{job.Name}' serves on here", failure),
        YadoException or OperationCanceledException => failure,
        StoreException => new YadoException(YadoError.Failed, $"{failure.Message}; service '{job.Name}' serves on here", failure),
        IOException or TimeoutException => new YadoException(YadoError.Failed, $"{failure.Message}: service '{job.Name}' serves on here", failure),
        _ => failure,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move}: {Phase}")]
    private static partial void LogPhase(ILogger logger, string move, MovePhase phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} of service {Job} given up: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string move, string job, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move}: {Address} does not hear that it is given up, and will ask: {Reason}")]
    private static partial void LogAbortUnheard(ILogger logger, string move, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: {Address} has not activated yet: {Reason}")]
    private static partial void LogReleaseRetried(ILogger logger, string move, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} of service {Job} was under way when the daemon ended: {Verdict}")]
    private static partial void LogDecided(ILogger logger, string move, string job, string verdict);

    [LoggerMessage(Level = LogLevel.Warning, Message = "service {Job}: its old instance was not told that it has moved: {Reason}")]
    private static partial void LogMovedUntold(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "move {Move}: the journal could not be written")]
    private static partial void LogStoreFailed(ILogger logger, string move, Exception failure);
}
