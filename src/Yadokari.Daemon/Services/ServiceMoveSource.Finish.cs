using System.Diagnostics;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <content>How a move ends: given up, committed, and after a daemon was gone.</content>
public sealed partial class ServiceMoveSource
{
    private readonly List<(MoveRecord Move, bool Commit)> _unfinished = [];

    /// <summary>After a start of the daemon, before anyone can ask: decides each move that was under way, or reads how it was decided.</summary>
    public void DecideUnfinished()
    {
        foreach (MoveRecord move in store.LoadMoves().Where(m => m.Role == MoveRole.Source && m.Offer.Service is not null))
        {
            if (move.State.IsFinal)
            {
                if (move.State is MoveState.Released)
                {
                    _verdicts.Settle(move.Id);
                }
                continue;
            }
            JobEntry? job = jobs.TryGet(move.Offer.JobId) is { } entry && entry.Record.Epoch == move.Offer.Epoch - 1 ? entry : null;
            bool commit = move.State is MoveState.Committed || (job is not null && DecideNow(move, job.Record) == Decision.Moved);
            _verdicts[move.Id] = commit ? AfterDecision : MoveVerdict.Abort;
            MoveRecord decided = move with
            {
                State = commit ? Committed(move.State) : new MoveState.Aborted("the source's daemon was restarted"),
            };
            JobRecord? record = job?.Record;
            if (record is { State: JobState.Moving } && !commit)
            {
                jobs.Update(job!, record with { State = JobState.Running }, decided, durable: false);
            }
            else
            {
                store.Save(null, decided, durable: false);
            }
            _unfinished.Add((decided, commit));
            LogDecided(logger, move.Id, move.Offer.JobId, commit ? "commit" : "abort");
        }
    }

    /// <summary>Brings the moves that <see cref="DecideUnfinished"/> decided to their end.</summary>
    public Task FinishUnfinishedAsync(CancellationToken stopping) => Task.WhenAll(_unfinished.Select(async unfinished =>
    {
        (MoveRecord move, bool commit) = unfinished;
        JobEntry? job = jobs.TryGet(move.Offer.JobId);
        if (!commit)
        {
            if (job?.Record.Epoch == move.Offer.Epoch - 1)
            {
                await ServeOnAsync(job.Record, DecisionPath(move), stopping).ConfigureAwait(false);
            }
            await TellAbortAsync(move, stopping).ConfigureAwait(false);
            return;
        }
        JobRecord? record = job?.Record.Epoch == move.Offer.Epoch - 1 ? job.Record : null;
        await CommitInDirectoryAsync(job, record, move, stopping).ConfigureAwait(false);
        using HttpServiceTarget target = new(move.Peer);
        await ReleaseAsync(job, record, move, target, stopping).ConfigureAwait(false);
        if (record is not null && job!.Record.Service?.Elsewhere is { } place)
        {
            await TellMovedAsync(record, place, stopping).ConfigureAwait(false);
        }
    }));

    /// <summary>The link if there is one. Without one: a source that is dead while the target has everything has moved, any other serves on.</summary>
    private string DecideNow(MoveRecord move, JobRecord job)
    {
        string path = DecisionPath(move);
        bool dead = !processes.IsAlive(job.Main);
        return Decision.Make(path, dead && move.State is MoveState.Prepared ? Decision.Moved : Decision.ServeOn);
    }

    private void GiveUp(JobEntry job, JobRecord record, MoveRecord move, string decisionPath, Exception reason, CancellationToken stopping)
    {
        try
        {
            Decision.Make(decisionPath, Decision.ServeOn);
        }
        catch (IOException failure)
        {
            // Only this daemon makes the other decision, and it won't any more.
            LogStoreFailed(logger, move.Id, failure);
        }
        JobRecord running = record with { State = JobState.Running };
        MoveRecord aborted = move with { State = new MoveState.Aborted(reason.Message) };
        try
        {
            jobs.Update(job, running, aborted, durable: false);
        }
        catch (StoreException failure)
        {
            LogStoreFailed(logger, move.Id, failure);
            JobTable.UpdateInMemory(job, running);
        }
        _verdicts[move.Id] = MoveVerdict.Abort;
        LogGivenUp(logger, move.Id, record.Id, reason.Message);
        _ = ServeOnAsync(record, decisionPath, stopping);
        _ = TellAbortAsync(aborted, stopping);
    }

    /// <summary>Tells the instance to serve on. One that hears nothing finds its connection broken and reads the decision.</summary>
    private async Task ServeOnAsync(JobRecord record, string decisionPath, CancellationToken stopping)
    {
        try
        {
            using InstanceControl? control = await InstanceControl.TryConnectAsync(launcher.ControlPath(record.Id, record.Epoch), stopping).ConfigureAwait(false);
            if (control is not null)
            {
                await control.DoAsync(new ControlCommand(ControlVerb.ServeOn) { DecisionPath = decisionPath }, stopping).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            LogMovedUntold(logger, record.Id, failure.Message);
        }
    }

    /// <summary>Courtesy: a target that does not hear it asks by itself.</summary>
    private async Task TellAbortAsync(MoveRecord move, CancellationToken stopping)
    {
        try
        {
            using HttpServiceTarget target = new(move.Peer);
            await target.AbortAsync(move.Id, stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            LogAbortUnheard(logger, move.Id, move.PeerAddress, failure.Message);
        }
    }

    /// <summary>After the decision: the directory is told, the target serves, and the held calls are told where. The last two at once, for the
    /// target's instance holds a call that comes before it is told to serve.</summary>
    private async Task<(JobInfo Job, double Committed, double Activated, double Told)> FinishAsync(
        JobEntry job, JobRecord record, MoveRecord move, ServicePlace place, ServiceMoveLinks links, Stopwatch step, CancellationToken stopping)
    {
        using ServiceMoveLinks owned = links;
        await CommitInDirectoryAsync(job, record, move, stopping).ConfigureAwait(false);
        double committed = Lap(step);
        await FaultPoint.PassAsync("claimed").ConfigureAwait(false);
        // The release first: behind what clients are told comes all that they do.
        Task<JobInfo> releasing = ReleaseAsync(job, record, move, links.Target, stopping, place);
        Task<double> telling = TellAsync();
        JobInfo there = await releasing.ConfigureAwait(false);
        double activated = step.Elapsed.TotalMilliseconds;
        await FaultPoint.PassAsync("activated").ConfigureAwait(false);
        return (there, committed, activated, await telling.ConfigureAwait(false));

        async Task<double> TellAsync()
        {
            await TellMovedAsync(record, place, stopping, links.Instance).ConfigureAwait(false);
            return step.Elapsed.TotalMilliseconds;
        }
    }

    /// <summary>Tells the target to serve until it has answered, and journals that it does.</summary>
    private async Task<JobInfo> ReleaseAsync(
        JobEntry? job, JobRecord? record, MoveRecord move, HttpServiceTarget target, CancellationToken stopping, ServicePlace? place = null)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                JobInfo there = await target.ReleaseAsync(move.Id, stopping).ConfigureAwait(false);
                MoveRecord released = move with { State = new MoveState.Released() };
                if (job is not null && record is not null && job.Record.Epoch == record.Epoch)
                {
                    ServicePlace now = place ?? new ServicePlace(record.Name, there.Host, there.ServiceAddress!, there.ServiceHttp2Address!, there.Epoch);
                    Journal(job, MovedRecord(record, move, now), released);
                }
                else
                {
                    store.Save(null, released, durable: false);
                }
                _verdicts.Settle(move.Id);
                return there;
            }
            catch (YadoException failure) when (failure.Kind == YadoError.NotFound)
            {
                string note = $"host {move.PeerName} no longer knows the move, and the service was its already";
                if (job is not null && record is not null)
                {
                    // The move stays committed: should the target know it again, what it hears is the same as before.
                    Journal(job, job.Record with { State = JobState.Lost, Note = note }, move);
                }
                throw;
            }
            catch (Exception failure) when (failure is YadoException or StoreException)
            {
                LogReleaseRetried(logger, move.Id, move.PeerAddress, failure.Message);
                await Task.Delay(pace.Delay(attempt), stopping).ConfigureAwait(false);
            }
        }
    }

    private void Journal(JobEntry job, JobRecord moved, MoveRecord released)
    {
        try
        {
            jobs.Update(job, moved, released, durable: false);
        }
        catch (StoreException failure)
        {
            // The decision is on the disk: after a restart it is read again.
            LogStoreFailed(logger, released.Id, failure);
            JobTable.UpdateInMemory(job, moved);
        }
    }

    /// <param name="open">A connection to the instance, if there is one.</param>
    private async Task TellMovedAsync(JobRecord record, ServicePlace place, CancellationToken stopping, InstanceControl? open = null)
    {
        ControlCommand moved = new(ControlVerb.Moved) { Place = place, ForwardSeconds = record.Service!.Spec.ForwardSeconds };
        try
        {
            if (open is not null)
            {
                await open.DoAsync(moved, stopping).ConfigureAwait(false);
                return;
            }
            using InstanceControl control = await InstanceControl.ConnectAsync(launcher.ControlPath(record.Id, record.Epoch), stopping).ConfigureAwait(false);
            await control.DoAsync(moved, stopping).ConfigureAwait(false);
        }
        catch (YadoException failure)
        {
            // It is dead: its clients find the service by asking the daemons.
            LogMovedUntold(logger, record.Id, failure.Message);
        }
    }

    private static MoveState.Committed Committed(MoveState state) => state switch
    {
        MoveState.Prepared prepared => new(prepared.ImageLength, null),
        MoveState.Committed committed => committed,
        _ => new(0, null),
    };

    private static JobRecord MovedRecord(JobRecord job, MoveRecord move, ServicePlace place) => job with
    {
        State = JobState.Moved,
        MovedTo = move.PeerName,
        MovedToAddress = move.PeerAddress,
        Ended = DateTimeOffset.UtcNow,
        Service = job.Service! with { Elsewhere = place },
    };
}
