using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Consent;
using Yadokari.Engine.Resume;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// Resumes jobs of this host from their own checkpoints, as the job that they were, with the next epoch: what a drain
/// has saved, and what went down with its host. Never while a process of the job still lives.
/// </summary>
public sealed partial class JobReviver(
    IJobEngine engine,
    IProcessTable processes,
    JobTable jobs,
    HomeDirectory home,
    HostSelf self,
    Action<JobEntry> watch,
    RetryPace pace,
    CancellationToken stopping,
    ILogger<JobReviver> logger)
{
    /// <summary>The control groups of jobs with limits; null: there are none.</summary>
    public LimitGroups? Groups { get; init; }

    /// <summary>A job that is to be resumed by itself.</summary>
    public static bool Wants(JobRecord job) => job is { State: JobState.Lost, Resuming: true, Checkpoints.Count: > 0 };

    /// <summary>The saved job of a context file; null when it is none of this host's.</summary>
    public JobEntry? FindSaved(string path) =>
        jobs.All.FirstOrDefault(e => e.Record.State == JobState.Saved && e.Record.Checkpoints.Any(c => c.Path == path));

    /// <summary>After a start of the daemon: the jobs that went down before it and were not resumed yet.</summary>
    public void ContinueUnfinished()
    {
        foreach (JobEntry job in jobs.All.Where(e => Wants(e.Record)))
        {
            ReviveSoon(job);
        }
    }

    /// <summary>Goes on behind until the job runs again, or is not to any more; waits while the host is drained.</summary>
    public void ReviveSoon(JobEntry job) => _ = Task.Run(() => ReviveLaterAsync(job), CancellationToken.None);

    /// <summary>Resumes every saved job, and every lost one that is to be.</summary>
    /// <returns>The jobs that run again, and those that could not be resumed.</returns>
    public async Task<(IReadOnlyList<JobRecord> Resumed, IReadOnlyList<JobRecord> Waiting)> ReviveAllAsync(CancellationToken cancellation)
    {
        List<JobRecord> resumed = [];
        List<JobRecord> waiting = [];
        foreach (JobEntry job in jobs.All.Where(e => e.Record.State == JobState.Saved || Wants(e.Record)).OrderBy(e => e.Record.Started).ToList())
        {
            try
            {
                resumed.Add(await ReviveAsync(job, cancellation).ConfigureAwait(false));
            }
            catch (YadoException failure)
            {
                LogNotYet(logger, job.Record.Id, Describe(failure));
                waiting.Add(job.Record with { Note = Describe(failure) });
            }
        }
        return (resumed, waiting);
    }

    /// <summary>Resumes a job from its last checkpoint that can be read; it runs when this returns.</summary>
    /// <exception cref="YadoException">It could not be resumed; its files stay.</exception>
    public async Task<JobRecord> ReviveAsync(JobEntry job, CancellationToken cancellation)
    {
        await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Revive(job), cancellation).ConfigureAwait(false);
        }
        finally
        {
            job.Gate.Release();
        }
    }

    private JobRecord Revive(JobEntry job)
    {
        JobRecord old = job.Record;
        if (old.State is not (JobState.Saved or JobState.Lost))
        {
            throw new YadoException(YadoError.Failed, $"job '{old.Name}' is {old.State}: only a saved or lost one can be resumed");
        }
        if (processes.IsAlive(old.Main) || processes.IsAlive(old.Shell))
        {
            throw new YadoException(YadoError.Failed, $"a process of job '{old.Name}' lives still: it is not resumed beside it");
        }
        using IDisposable name = jobs.TryReserveName(old.Name)
            ?? throw new YadoException(YadoError.Failed, $"another job runs here with the name '{old.Name}': it is resumed when that has ended");
        (JobCheckpoint from, IReadOnlyList<JobCheckpoint> usable) = ChooseCheckpoint(old);
        int epoch = old.Epoch + 1;
        IReadOnlyList<string> groups = LimitGroups.Make(Groups, old.Id, epoch, old.Limits);
        home.CreateJobDirectory(old.Id, epoch);
        (long output, long errors) = LogStart.Of(home, old);
        output = CopyLog(home.Output(old.Id, old.Epoch), home.Output(old.Id, epoch), output, from.OutputLength);
        errors = CopyLog(home.Errors(old.Id, old.Epoch), home.Errors(old.Id, epoch), errors, from.ErrorsLength);
        if (old.LogSize is not null)
        {
            LogStart.Begin(home, old.Id, epoch, (output, errors));
        }
        using LogHandles logs = LogHandles.Open(home, old.Id, epoch, from.ErrorsToOutput);
        using IHeldJob held = EngineCall.Run(() => engine.Prepare(from.Path, new ResumeOptions
        {
            StandardInput = logs.Input,
            StandardOutput = logs.Output,
            StandardError = logs.Errors,
            ExitStatusFile = logs.Exit,
            OwnNamespaces = true,
            Started = shell => LimitGroups.Take(groups, shell),
        }));
        LimitGroups.Take(groups, held.ShellPid);
        JobRecord record = old with
        {
            State = JobState.Running,
            Epoch = epoch,
            Groups = groups,
            Streams = JobStreams.Log,
            Shell = processes.Identify(held.ShellPid) ?? throw Gone(old),
            Main = processes.Identify(held.Pid) ?? throw Gone(old),
            Adopted = false,
            Ended = null,
            WaitStatus = null,
            Checkpoints = usable,
            // Until it is written that it runs: a daemon that dies now has left a process that never ran.
            Resuming = true,
            Note = $"resumed from the checkpoint of {from.At:u}",
        };
        jobs.Put(record, null, durable: true, isChild: true);
        EngineCall.Run(() =>
        {
            ProgramGreeting.Give(held.Pid, old.Mailbox, self.Name, home.Socket, old.Name);
            held.Release();
            return true;
        });
        Forget(job, record, old, from);
        watch(job);
        LogRevived(logger, old.Id, from.Path, epoch);
        return job.Record;
    }

    /// <summary>It runs: what it was before is not needed any more. A checkpoint in its own directory stays, it is the last one.</summary>
    private void Forget(JobEntry job, JobRecord record, JobRecord old, JobCheckpoint from)
    {
        bool wasSaved = old.State == JobState.Saved;
        JobRecord runs = record with { Resuming = false, Checkpoints = wasSaved ? [] : record.Checkpoints };
        try
        {
            jobs.Update(job, runs, null, durable: false);
            home.DeleteJobDirectory(old.Id, old.Epoch);
            if (wasSaved)
            {
                File.Delete(from.Path);
            }
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException)
        {
            // A daemon that starts and finds it alive sees that it runs.
            LogLeftover(logger, old.Id, failure.Message);
            JobTable.UpdateInMemory(job, runs);
        }
    }

    private (JobCheckpoint From, IReadOnlyList<JobCheckpoint> Usable) ChooseCheckpoint(JobRecord job)
    {
        YadoException? last = null;
        for (int i = 0; i < job.Checkpoints.Count; i++)
        {
            JobCheckpoint checkpoint = job.Checkpoints[i];
            try
            {
                IReadOnlyList<Obstacle> missing = EngineCall.Run(() => engine.FindMissing(checkpoint.Path, isOwn: true));
                if (missing.Count == 0)
                {
                    return (checkpoint, [.. job.Checkpoints.Skip(i)]);
                }
                last ??= new YadoException(new ErrorBody(
                    $"host {self.Name} cannot resume job '{job.Name}' from {checkpoint.Path}", YadoError.Refused, EngineCall.ToInfos(missing)));
            }
            catch (YadoException failure)
            {
                // Damaged or gone: an older one is better than none.
                LogUnusable(logger, job.Id, checkpoint.Path, failure.Message);
                last ??= failure;
            }
        }
        throw last ?? new YadoException(YadoError.NotFound, $"job '{job.Name}' has no checkpoint to be resumed from");
    }

    private async Task ReviveLaterAsync(JobEntry job)
    {
        for (int attempt = 0; Wants(job.Record) && !stopping.IsCancellationRequested; attempt++)
        {
            if (!self.Draining)
            {
                try
                {
                    await ReviveAsync(job, stopping).ConfigureAwait(false);
                    return;
                }
                catch (Exception failure) when (failure is YadoException or IOException or UnauthorizedAccessException or StoreException)
                {
                    LogNotYet(logger, job.Record.Id, failure is YadoException said ? Describe(said) : failure.Message);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
            await Task.Delay(pace.Delay(attempt), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The log as it was when the checkpoint was made: the job writes the rest again.</summary>
    /// <param name="start">What is before is not kept.</param>
    /// <returns>The same of the copy.</returns>
    private static long CopyLog(string from, string to, long start, long length)
    {
        using FileStream target = new(to, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        if (!File.Exists(from))
        {
            return 0;
        }
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        start = Math.Min(start, length);
        target.SetLength(start);
        target.Position = start;
        source.Position = start;
        length -= start;
        byte[] buffer = new byte[1 << 16];
        while (length > 0 && source.Read(buffer, 0, (int)Math.Min(buffer.Length, length)) is > 0 and int count)
        {
            target.Write(buffer, 0, count);
            length -= count;
        }
        target.Flush(flushToDisk: true);
        return start;
    }

    private static YadoException Gone(JobRecord job) => new(YadoError.Failed, $"the process of job '{job.Name}' ended before it was released");

    private static string Describe(YadoException failure) =>
        failure.Obstacles.Count == 0 ? failure.Message : $"{failure.Message}: {string.Join("; ", failure.Obstacles.Select(o => o.Detail))}";

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job} is resumed from {Path} with epoch {Epoch}")]
    private static partial void LogRevived(ILogger logger, string job, string path, int epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} could not be resumed: {Reason}")]
    private static partial void LogNotYet(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job}: the checkpoint {Path} is of no use: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string job, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} runs; what it was before is not cleared away: {Reason}")]
    private static partial void LogLeftover(ILogger logger, string job, string reason);
}
