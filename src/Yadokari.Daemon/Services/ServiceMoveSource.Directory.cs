using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Services;

/// <content>The commit in the cluster's directory.</content>
public sealed partial class ServiceMoveSource
{
    /// <summary>Replaced by the cluster's.</summary>
    public IJobDirectory Directory { get; init; } = new LocalDirectory();

    private MoveVerdict AfterDecision => Directory.IsShared ? MoveVerdict.Pending : MoveVerdict.Commit;

    /// <summary>Behind the decision, which keeps the instance here from serving again, whatever dies: docs/decisions/007 has why in this order.</summary>
    /// <exception cref="YadoException">Another host has the service: the move is void.</exception>
    private async Task CommitInDirectoryAsync(JobEntry? job, JobRecord? record, MoveRecord move, CancellationToken stopping)
    {
        if (await DirectoryCommit.MakeAsync(Directory, move, pace, logger, stopping).ConfigureAwait(false))
        {
            _verdicts[move.Id] = MoveVerdict.Commit;
            return;
        }
        const string note = "another host had taken the service over before the move was committed";
        _verdicts[move.Id] = MoveVerdict.Abort;
        MoveRecord aborted = move with { State = new MoveState.Aborted(note) };
        if (job is not null && record is not null)
        {
            // It holds calls that it may never answer.
            processes.Signal(record.Main, SIGKILL);
            Journal(job, job.Record with { State = JobState.Lost, Note = note }, aborted);
        }
        else
        {
            store.Save(null, aborted, durable: false);
        }
        _ = TellAbortAsync(aborted, stopping);
        throw new YadoException(YadoError.Failed, $"service '{move.Offer.JobName}': {note}");
    }
}
