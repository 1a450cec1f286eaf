using System.Text.Json;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Cluster;

/// <summary>The job directory in the coordination store: one key per job, changed only by compare-and-set.</summary>
/// <param name="fence">Null, or why this host may not act for the cluster now.</param>
public sealed class JobDirectory(ICoordinationStore store, HostSelf self, Func<string?> fence) : IJobDirectory
{
    public bool IsShared => true;

    public async Task CheckOwnedAsync(JobRecord job, CancellationToken cancellation)
    {
        RequireMember(job);
        StoreEntry? present = await store.GetAsync(ClusterKeys.Job(job.Id), cancellation).ConfigureAwait(false);
        if (Read(present) is { } entry && (entry.Host != self.Name || entry.Epoch > job.Epoch))
        {
            throw new YadoException(YadoError.Failed, $"the cluster's directory says that job '{job.Name}' is on host {entry.Host}: it is not moved from here");
        }
        // The store answered, and took its time for it.
        RequireMember(job);
    }

    public async Task<bool> CommitAsync(MoveRecord move, CancellationToken cancellation)
    {
        MoveOffer offer = move.Offer;
        string key = ClusterKeys.Job(offer.JobId);
        while (true)
        {
            StoreEntry? present = await store.GetAsync(key, cancellation).ConfigureAwait(false);
            DirectoryEntry? entry = Read(present);
            if (IsBy(entry, offer))
            {
                // Written by an attempt whose answer was lost.
                return true;
            }
            if (entry is not null && (entry.Host != self.Name || entry.Epoch >= offer.Epoch))
            {
                return false;
            }
            DirectoryEntry next = new(offer.JobId, offer.JobName, move.PeerName, move.PeerAddress, offer.Epoch, offer.MoveId);
            if (await store.CompareAndSetAsync(key, present?.Revision ?? 0, Write(next), 0, cancellation).ConfigureAwait(false) is not null)
            {
                return true;
            }
        }
    }

    public async Task<MoveVerdict> VerdictAsync(MoveRecord move, CancellationToken cancellation)
    {
        DirectoryEntry? entry = Read(await store.GetAsync(ClusterKeys.Job(move.Offer.JobId), cancellation).ConfigureAwait(false));
        if (IsBy(entry, move.Offer))
        {
            return MoveVerdict.Commit;
        }
        // Epochs only rise: at this one or a higher one, the compare-and-set of this move can never succeed.
        return entry is not null && entry.Epoch >= move.Offer.Epoch ? MoveVerdict.Abort : MoveVerdict.Pending;
    }

    public async Task<DirectoryEntry?> FindAsync(string job, CancellationToken cancellation)
    {
        if (Read(await store.GetAsync(ClusterKeys.Job(job), cancellation).ConfigureAwait(false)) is { } byId)
        {
            return byId;
        }
        return (await ListAsync(cancellation).ConfigureAwait(false)).Where(e => e.Name == job).Take(2).ToList() is [{ } one] ? one : null;
    }

    public async Task<IReadOnlyList<DirectoryEntry>> ListAsync(CancellationToken cancellation)
    {
        StoreSnapshot all = await store.ListAsync(ClusterKeys.Jobs, cancellation).ConfigureAwait(false);
        return [.. all.Entries.Select(Read).OfType<DirectoryEntry>()];
    }

    /// <summary>Writes what this host knows of a job of its own: that it is here, or that it has ended.</summary>
    /// <returns>Null; or the entry of another host that has the job now, in a higher epoch: the copy here is an old one.</returns>
    /// <exception cref="YadoException">The store can't be reached.</exception>
    public async Task<DirectoryEntry?> TellAsync(JobRecord job, CancellationToken cancellation)
    {
        string key = ClusterKeys.Job(job.Id);
        while (true)
        {
            StoreEntry? present = await store.GetAsync(key, cancellation).ConfigureAwait(false);
            DirectoryEntry? entry = Read(present);
            bool ours = entry is null || (entry.Host == self.Name && entry.Epoch <= job.Epoch);
            if (!ours && entry!.Epoch > job.Epoch)
            {
                return entry;
            }
            // A saved job is a file here: this host is where to ask for it.
            bool here = job.IsHere || job.State == JobState.Saved;
            string? value = here ? Write(new(job.Id, job.Name, self.Name, self.Address!, job.Epoch, entry?.Epoch == job.Epoch ? entry.Move : null)) : null;
            bool same = value == present?.Value;
            // A job that has ended is taken out by the host on which it ended only.
            if (same || (value is null && !ours)
                || await store.CompareAndSetAsync(key, present?.Revision ?? 0, value, 0, cancellation).ConfigureAwait(false) is not null)
            {
                return null;
            }
        }
    }

    private void RequireMember(JobRecord job)
    {
        if (fence() is { } reason)
        {
            throw new YadoException(YadoError.Failed, $"job '{job.Name}' is not moved: {reason}");
        }
    }

    private static bool IsBy(DirectoryEntry? entry, MoveOffer offer) => entry?.Move == offer.MoveId && entry.Epoch == offer.Epoch;

    private static DirectoryEntry? Read(StoreEntry? entry) => entry is null ? null : ClusterJson.ReadJob(entry.Value);

    private static string Write(DirectoryEntry entry) => JsonSerializer.Serialize(entry, ClusterJson.Default.DirectoryEntry);
}
