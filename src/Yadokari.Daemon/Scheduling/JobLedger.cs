using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Scheduling;

/// <summary>What the scheduler remembers of jobs from round to round. A host only knows what a job used on it; here it adds up.
/// Used by one round at a time.</summary>
public sealed class JobLedger
{
    private const double Hour = 3600;

    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Notes the running jobs of all hosts; those that are gone are forgotten.</summary>
    /// <param name="now">Seconds.</param>
    public void Note(IReadOnlyCollection<JobInfo> jobs, double now)
    {
        foreach (string gone in _entries.Keys.Except(jobs.Select(j => j.Id)).ToArray())
        {
            _entries.Remove(gone);
        }
        foreach (JobInfo job in jobs)
        {
            if (!_entries.TryGetValue(job.Id, out Entry? entry))
            {
                _entries[job.Id] = entry = new Entry { Epoch = job.Epoch, Since = job.Epoch == 1 ? job.Started.ToUnixTimeMilliseconds() / 1000.0 : now };
            }
            else if (job.Epoch > entry.Epoch)
            {
                // The processor time of a resumed process begins at zero.
                entry.CpuBefore += entry.CpuHere;
                entry.Epoch = job.Epoch;
                entry.Since = now;
                entry.Moved.Enqueue(now);
            }
            entry.CpuHere = job.CpuSeconds ?? entry.CpuHere;
            while (entry.Moved.TryPeek(out double moved) && moved < now - Hour)
            {
                entry.Moved.Dequeue();
            }
        }
    }

    /// <summary>It is left alone until then, e.g. because it could not be moved.</summary>
    public void LeaveAlone(string job, double until)
    {
        if (_entries.TryGetValue(job, out Entry? entry))
        {
            entry.AloneUntil = until;
        }
    }

    /// <summary>Seconds of processor time on all hosts.</summary>
    public double CpuSeconds(string job) => _entries.TryGetValue(job, out Entry? entry) ? entry.CpuBefore + entry.CpuHere : 0;

    /// <summary>Since when it has been on its host, seconds.</summary>
    public double Since(string job) => _entries.TryGetValue(job, out Entry? entry) ? entry.Since : 0;

    /// <summary>Moves seen in the last hour.</summary>
    public int RecentMoves(string job) => _entries.TryGetValue(job, out Entry? entry) ? entry.Moved.Count : 0;

    public bool IsLeftAlone(string job, double now) => _entries.TryGetValue(job, out Entry? entry) && entry.AloneUntil > now;

    private sealed class Entry
    {
        public required int Epoch { get; set; }

        public required double Since { get; set; }

        public double CpuBefore { get; set; }

        public double CpuHere { get; set; }

        public double AloneUntil { get; set; }

        public Queue<double> Moved { get; } = new();
    }
}
