using System.Collections.Concurrent;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>Finds jobs that are on other hosts of the cluster.</summary>
public sealed class JobFinder(JobTable jobs, IJobDirectory directory, JobViews views, HostSelf self)
{
    private const int MaxSeen = 1000;

    /// <summary>Entries that were answered with, by id: a job that has ended since is no longer in the directory, but who follows
    /// it, say to wait for its end, must still be sent to the host where it ended.</summary>
    private readonly ConcurrentDictionary<string, DirectoryEntry> _seen = new();

    /// <summary>All that the cluster's directory knows; nothing where it does not answer.</summary>
    public async Task<IReadOnlyList<DirectoryEntry>> ListAsync(CancellationToken cancellation)
    {
        try
        {
            return await directory.ListAsync(cancellation).ConfigureAwait(false);
        }
        catch (YadoException)
        {
            // What the hosts themselves say is still something.
            return [];
        }
    }

    /// <summary>The job as the cluster's directory knows it, when that knows better: it is not here, or has moved on from where
    /// it went. It is shown like one that has moved from here, and the caller follows. Null: what is known here is the truth.</summary>
    public async Task<JobInfo?> FindElsewhereAsync(string name, CancellationToken cancellation)
    {
        JobRecord? known = jobs.TryFind(name)?.Record;
        if (!directory.IsShared || known is { State: not JobState.Moved })
        {
            return null;
        }
        DirectoryEntry? entry;
        try
        {
            entry = await directory.FindAsync(known?.Id ?? name, cancellation).ConfigureAwait(false);
        }
        catch (YadoException)
        {
            // What is known here is still something.
            return null;
        }
        if (entry is null)
        {
            entry = _seen.GetValueOrDefault(known?.Id ?? name);
        }
        else
        {
            if (_seen.Count >= MaxSeen)
            {
                // Rarely, and then all at once: only commands that are under way need it.
                _seen.Clear();
            }
            _seen[entry.Job] = entry;
        }
        return entry is not null && entry.Host != self.Name && entry.Epoch > (known?.Epoch ?? 0) ? views.ShowElsewhere(entry) : null;
    }
}
