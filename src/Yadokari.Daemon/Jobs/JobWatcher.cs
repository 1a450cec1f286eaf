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
    CancellationToken stopping,
    ILogger<JobWatcher> logger)
{
    /// <summary>Goes on behind until the job has ended, left, or the daemon stops.</summary>
    public void Watch(JobEntry job) => _ = Task.Run(() => WatchAsync(job, job.Record.Epoch), CancellationToken.None);

    private async Task WatchAsync(JobEntry job, int epoch)
    {
        try
        {
            JobRecord record = job.Record;
            await processes.WaitGoneAsync(record.Shell, stopping).ConfigureAwait(false);
            int? reaped = null;
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
        JobRecord over = record with
        {
            State = status is null ? JobState.Lost : JobState.Ended,
            WaitStatus = status,
            Ended = DateTimeOffset.UtcNow,
            Note = status is null ? record.Note ?? "it ended while no daemon watched, and its shell left no exit status" : record.Note,
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
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job}: {State}")]
    private static partial void LogEnded(ILogger logger, string job, JobState state);

    [LoggerMessage(Level = LogLevel.Debug, Message = "job {Job} runs on without a daemon")]
    private static partial void LogLeft(ILogger logger, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "the end of job {Job} could not be written")]
    private static partial void LogStoreFailed(ILogger logger, string job, Exception failure);
}
