using Microsoft.Extensions.Logging;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>Saves jobs at the times of their plans, while they run.</summary>
public sealed partial class CheckpointClock(JobTable jobs, JobSaver saver, ILogger<CheckpointClock> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>When each job was last tried, so that one with obstacles is not tried without end.</summary>
    private readonly Dictionary<string, (int Epoch, DateTimeOffset At)> _tried = [];

    /// <summary>Whether a job is to be saved now. A job that is to survive its host is saved as soon as it is here: before
    /// its first checkpoint there is nothing it could be resumed from.</summary>
    /// <param name="seen">When it was first seen here.</param>
    /// <param name="tried">When it was last tried; null: never.</param>
    public static bool IsDue(JobRecord job, DateTimeOffset seen, DateTimeOffset? tried, DateTimeOffset now)
    {
        if (job.Plan is not { } plan || job.State != JobState.Running)
        {
            return false;
        }
        if (plan.Restart && job.Checkpoints.Count == 0 && tried is null)
        {
            return true;
        }
        DateTimeOffset last = tried ?? (job.Checkpoints.Count > 0 ? job.Checkpoints[0].At : seen);
        return now - last >= TimeSpan.FromSeconds(plan.EverySeconds);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        Dictionary<string, (int Epoch, DateTimeOffset At)> seen = [];
        while (!stopping.IsCancellationRequested)
        {
            foreach (JobEntry job in jobs.All.Where(e => e.Record is { Plan: not null, State: JobState.Running }).ToList())
            {
                DateTimeOffset now = DateTimeOffset.UtcNow;
                JobRecord record = job.Record;
                if (!seen.TryGetValue(record.Id, out (int Epoch, DateTimeOffset At) since) || since.Epoch != record.Epoch)
                {
                    seen[record.Id] = since = (record.Epoch, now);
                }
                DateTimeOffset? tried = _tried.TryGetValue(record.Id, out (int Epoch, DateTimeOffset At) last) && last.Epoch == record.Epoch ? last.At : null;
                if (IsDue(record, since.At, tried, now))
                {
                    _tried[record.Id] = (record.Epoch, now);
                    await SaveAsync(job, stopping).ConfigureAwait(false);
                }
            }
            await Task.Delay(Look, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SaveAsync(JobEntry job, CancellationToken stopping)
    {
        try
        {
            JobCheckpoint made = await Task.Run(() => saver.KeepAsync(job, stopping), stopping).ConfigureAwait(false);
            LogMade(logger, job.Record.Id, made.Path, made.FileLength);
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

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job}: checkpoint {Path}, {Bytes} bytes")]
    private static partial void LogMade(ILogger logger, string job, string path, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job}: no checkpoint this time: {Reason}")]
    private static partial void LogFailed(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "job {Job}: the daemon stops before its checkpoint")]
    private static partial void LogLeft(ILogger logger, string job);
}
