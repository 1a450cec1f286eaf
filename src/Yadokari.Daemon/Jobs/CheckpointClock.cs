using Microsoft.Extensions.Logging;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>Saves jobs at the times of their plans, while they run. Time is the monotonic clock's: a wall clock that is set
/// makes no checkpoint come sooner or later.</summary>
/// <param name="save">Makes a checkpoint of a job, which runs on.</param>
public sealed partial class CheckpointClock(
    JobTable jobs, Func<JobEntry, CancellationToken, Task<JobCheckpoint>> save, TimeProvider time, ILogger<CheckpointClock> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>While no job has a plan.</summary>
    private static readonly TimeSpan LookForPlans = TimeSpan.FromSeconds(1);

    /// <summary>From when each job's time counts, by its id: when it was last tried, so that one with obstacles is not tried
    /// without end, else when it was first seen here.</summary>
    private readonly Dictionary<string, (int Epoch, long From, bool Tried)> _seen = [];

    /// <summary>The jobs to be saved now; each counts as tried. A job that is to survive its host is saved as soon as it is here:
    /// before its first checkpoint there is nothing it could be resumed from.</summary>
    public IReadOnlyList<JobEntry> TakeDue()
    {
        List<JobEntry> due = [];
        foreach (JobEntry job in jobs.All)
        {
            JobRecord record = job.Record;
            if (record.Plan is not { } plan || record.State != JobState.Running)
            {
                continue;
            }
            if (!_seen.TryGetValue(record.Id, out (int Epoch, long From, bool Tried) seen) || seen.Epoch != record.Epoch)
            {
                _seen[record.Id] = seen = (record.Epoch, FirstFrom(record), Tried: false);
            }
            bool isFirst = plan.Restart && record.Checkpoints.Count == 0 && !seen.Tried;
            if (isFirst || time.GetElapsedTime(seen.From) >= TimeSpan.FromSeconds(plan.EverySeconds))
            {
                _seen[record.Id] = (record.Epoch, time.GetTimestamp(), Tried: true);
                due.Add(job);
            }
        }
        return due;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (JobEntry job in TakeDue())
            {
                await SaveAsync(job, stopping).ConfigureAwait(false);
            }
            await Task.Delay(jobs.All.Any(j => j.Record.Plan is not null) ? Look : LookForPlans, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The time of a job that is seen for the first time counts from its last checkpoint. That was made in an earlier life
    /// of the daemon and is dated by the wall clock: by one that was set back since, it is new.</summary>
    private long FirstFrom(JobRecord job)
    {
        TimeSpan age = job.Checkpoints.Count == 0 ? TimeSpan.Zero : time.GetUtcNow() - job.Checkpoints[0].At;
        return time.GetTimestamp() - (age > TimeSpan.Zero ? (long)(age.TotalSeconds * time.TimestampFrequency) : 0);
    }

    private async Task SaveAsync(JobEntry job, CancellationToken stopping)
    {
        try
        {
            JobCheckpoint made = await Task.Run(() => save(job, stopping), stopping).ConfigureAwait(false);
            LogMade(logger, job.Record.Id, made.Path, made.FileLength, made.Written);
        }
        catch (YadoException failure)
        {
            LogFailed(logger, job.Record.Id, string.Join("; ", failure.Obstacles.Select(o => o.Detail).Prepend(failure.Message)));
        }
        catch (OperationCanceledException)
        {
            LogLeft(logger, job.Record.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job}: checkpoint {Path}, {Bytes} bytes, {Written} of them written")]
    private static partial void LogMade(ILogger logger, string job, string path, long bytes, long written);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job}: no checkpoint this time: {Reason}")]
    private static partial void LogFailed(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "job {Job}: the daemon stops before its checkpoint")]
    private static partial void LogLeft(ILogger logger, string job);
}
