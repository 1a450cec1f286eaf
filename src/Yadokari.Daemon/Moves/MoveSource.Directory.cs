using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>The commit in the cluster's directory.</content>
public sealed partial class MoveSource
{
    /// <summary>Replaced by the cluster's.</summary>
    public IJobDirectory Directory { get; init; } = new LocalDirectory();

    private MoveVerdict AfterDeath => Directory.IsShared ? MoveVerdict.Pending : MoveVerdict.Commit;

    /// <summary>Writes the commit into the directory, however long that takes: the copy here is dead, the target waits.</summary>
    /// <exception cref="YadoException">Another host has the job: the move is void.</exception>
    private async Task CommitInDirectoryAsync(MoveRecord move, CancellationToken stopping)
    {
        if (await DirectoryCommit.MakeAsync(Directory, move, pace, logger, stopping).ConfigureAwait(false))
        {
            _verdicts[move.Id] = MoveVerdict.Commit;
            return;
        }
        string note = "another host had taken the job over before the move was committed";
        _verdicts[move.Id] = MoveVerdict.Abort;
        MoveRecord aborted = move with { State = new MoveState.Aborted(note) };
        if (jobs.TryGet(move.Offer.JobId) is { } entry && entry.Record.State == JobState.Moved)
        {
            jobs.Update(entry, entry.Record with { State = JobState.Lost, Note = note }, aborted, durable: true);
        }
        else
        {
            store.Save(null, aborted, durable: true);
        }
        _ = TellAbortAsync(aborted, stopping);
        throw new YadoException(YadoError.Failed, $"job '{move.Offer.JobName}': {note}");
    }
}
