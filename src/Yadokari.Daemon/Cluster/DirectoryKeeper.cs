using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Cluster;

/// <summary>
/// Keeps the directory true about the jobs of this host. When the directory says that another host has a job in a higher
/// epoch, the copy here is an old one (this host was cut off while the job was taken over) and is ended: never two.
/// </summary>
public sealed partial class DirectoryKeeper(JobDirectory directory, JobTable jobs, IProcessTable processes, ILogger<DirectoryKeeper> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Something about this job has changed.</summary>
    public void Note(JobEntry job) => _changed.Writer.TryWrite(job.Record.Id);

    /// <summary>All jobs must be looked at again: this host was away.</summary>
    public void NoteAll()
    {
        foreach (JobEntry job in jobs.All)
        {
            Note(job);
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (string id in _changed.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                while (jobs.TryGet(id) is { } job && !await TryTellAsync(job, stopping).ConfigureAwait(false))
                {
                    await Task.Delay(Pause, stopping).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was not told is told at the next start.
        }
    }

    /// <summary>False: the store does not answer.</summary>
    private async Task<bool> TryTellAsync(JobEntry job, CancellationToken stopping)
    {
        JobRecord record = job.Record;
        if (record.State is JobState.Moving or JobState.Moved)
        {
            // The move itself writes the directory.
            return true;
        }
        try
        {
            if (await directory.TellAsync(record, stopping).ConfigureAwait(false) is { } newer && record.IsHere)
            {
                await EndOldCopyAsync(job, newer, stopping).ConfigureAwait(false);
            }
            return true;
        }
        catch (YadoException failure)
        {
            LogNotTold(logger, record.Id, failure.Message);
            return false;
        }
    }

    private async Task EndOldCopyAsync(JobEntry job, DirectoryEntry newer, CancellationToken stopping)
    {
        await job.Gate.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            JobRecord record = job.Record;
            if (record.State != JobState.Running || record.Epoch >= newer.Epoch)
            {
                return;
            }
            LogOldCopy(logger, record.Id, newer.Host, newer.Epoch, record.Epoch);
            processes.Signal(record.Main, SIGKILL);
            jobs.Update(
                job, record with { State = JobState.Moved, MovedTo = newer.Host, MovedToAddress = newer.Address, Ended = DateTimeOffset.UtcNow }, null, durable: true);
        }
        finally
        {
            job.Gate.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the directory was not told of job {Job}: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "job {Job} is on host {Host} in epoch {Newer}: the old copy here, of epoch {Older}, is ended")]
    private static partial void LogOldCopy(ILogger logger, string job, string host, int newer, int older);
}
