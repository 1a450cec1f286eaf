using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>After the commit.</content>
public sealed partial class MoveSource
{
    /// <summary>Tells the target to release until it has answered; before that, in a cluster, the directory.</summary>
    /// <param name="target">The connection by which it was prepared, if there is one: to make another takes as long as the rest of the
    /// pause. Owned from here on.</param>
    /// <param name="unwritten">What the journal does not have yet of the job; null: nothing.</param>
    private async Task<JobInfo> ReleaseAsync(MoveRecord move, CancellationToken stopping, IMoveTarget target, JobRecord? unwritten = null)
    {
        using IMoveTarget owned = target;
        await CommitInDirectoryAsync(move, stopping).ConfigureAwait(false);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                JobInfo job = await owned.ReleaseAsync(move.Id, stopping).ConfigureAwait(false);
                // A job that has come back meanwhile has a newer record.
                JobRecord? record = ReferenceEquals(jobs.TryGet(move.Offer.JobId)?.Record, unwritten) ? unwritten : null;
                store.Save(record, move with { State = new MoveState.Released() }, durable: false);
                _verdicts.Settle(move.Id);
                LogPhase(logger, move.Id, MovePhase.Released);
                return job;
            }
            catch (YadoException failure) when (failure.Kind == YadoError.NotFound)
            {
                string note = $"host {move.PeerName} no longer knows the move: look there for a context file in its images directory";
                if (jobs.TryGet(move.Offer.JobId) is { } entry && entry.Record.State == JobState.Moved)
                {
                    jobs.Update(entry, entry.Record with { State = JobState.Lost, Note = note }, null, durable: true);
                }
                // The move stays committed: should the target know it again, what it hears is the same as before.
                throw;
            }
            catch (Exception failure) when (failure is YadoException or StoreException)
            {
                LogReleaseRetried(logger, move.Id, move.PeerAddress, failure.Message);
                await Task.Delay(pace.Delay(attempt), stopping).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: {Address} has not released yet: {Reason}")]
    private static partial void LogReleaseRetried(ILogger logger, string move, string address, string reason);
}
