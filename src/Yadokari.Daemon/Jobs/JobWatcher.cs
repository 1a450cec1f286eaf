using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Store;
using Yadokari.Engine.Resume;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>Sees jobs end: those that this daemon started, and those that it found again after a restart.</summary>
public sealed partial class JobWatcher(
    IJobEngine engine,
    IProcessTable processes,
    JobTable jobs,
    HomeDirectory home,
    string bootId,
    CancellationToken stopping,
    ILogger<JobWatcher> logger)
{
    /// <summary>Told of a job that went down and is to be resumed from its last checkpoint.</summary>
    public Action<JobEntry>? OnResumable { get; set; }

    /// <summary>Done first with a job that is here from now on: tells a program that wants to know where it is.</summary>
    public Action<JobRecord>? OnWatch { get; set; }

    /// <summary>Goes on behind until the job has ended, left, or the daemon stops.</summary>
    public void Watch(JobEntry job) => _ = Task.Run(() => WatchAsync(job, job.Record.Epoch), CancellationToken.None);

    private async Task WatchAsync(JobEntry job, int epoch)
    {
        try
        {
            JobRecord record = job.Record;
            OnWatch?.Invoke(record);
            int? reaped = null;
            if (record.Adopted)
            {
                reaped = await processes.WaitStatusAsync(record.Main, stopping).ConfigureAwait(false);
            }
            else
            {
                await processes.WaitGoneAsync(record.Shell, stopping).ConfigureAwait(false);
            }
            if (job.IsChild && engine.TryReap(new JobShell(record.Shell.Pid, record.Main.Pid), out int status))
            {
                reaped = status;
            }
            // A move or a checkpoint that is under way decides what the end means.
            await job.Gate.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                record = job.Record;
                if (record.Epoch == epoch && record.IsHere)
                {
                    Bury(job, record, reaped);
                }
            }
            finally
            {
                job.Gate.Release();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogLeft(logger, job.Record.Id);
        }
    }

    private void Bury(JobEntry job, JobRecord record, int? reaped)
    {
        // The shell writes the status of the job; its own status is the same unless it was killed itself.
        int? status = home.ReadExit(record.Id, record.Epoch) ?? reaped;
        // An adopted process has no shell: that nobody knows its status does not mean that it went down.
        bool down = status is null && !(record.Adopted && record.Main.BootId == bootId);
        bool resumes = down && record.Checkpoints.Count > 0 && (record.Resuming || record.Plan is { Restart: true });
        JobRecord over = record with
        {
            State = down ? JobState.Lost : JobState.Ended,
            WaitStatus = status,
            Ended = DateTimeOffset.UtcNow,
            Resuming = resumes,
            Checkpoints = down ? record.Checkpoints : [],
            Note = (down, status) switch
            {
                (true, _) when resumes => "it went down with its host and is resumed from its last checkpoint",
                (true, _) when record.Checkpoints.Count > 0 => $"it went down with its host; 'yado resume {record.Checkpoints[0].Path}' resumes it",
                (true, _) => record.Note ?? "it ended while no daemon watched, and its shell left no exit status",
                (false, null) => "how it ended is not known: it was adopted, and only its parent was told",
                _ => record.Note,
            },
        };
        try
        {
            jobs.Update(job, over, null, durable: false);
        }
        catch (StoreException failure)
        {
            LogStoreFailed(logger, record.Id, failure);
            JobTable.UpdateInMemory(job, over);
        }
        LogEnded(logger, record.Id, over.State);
        if (!down)
        {
            DropCheckpoints(record);
        }
        else if (resumes)
        {
            OnResumable?.Invoke(job);
        }
    }

    private void DropCheckpoints(JobRecord record)
    {
        try
        {
            foreach (JobCheckpoint checkpoint in record.Checkpoints)
            {
                File.Delete(checkpoint.Path);
            }
            home.DeleteCheckpoints(record.Id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogLeftover(logger, record.Id, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job}: {State}")]
    private static partial void LogEnded(ILogger logger, string job, JobState state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} has ended; its checkpoints are not cleared away: {Reason}")]
    private static partial void LogLeftover(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "job {Job} runs on without a daemon")]
    private static partial void LogLeft(ILogger logger, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "the end of job {Job} could not be written")]
    private static partial void LogStoreFailed(ILogger logger, string job, Exception failure);
}
