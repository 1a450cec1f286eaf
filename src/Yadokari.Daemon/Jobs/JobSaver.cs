using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Programs;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Engine.Context;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// Makes the checkpoints from which <see cref="JobReviver"/> resumes jobs of this host: one to take the place of the
/// process, or one while it runs on. The log is not in the file; how long it was is in the job's record.
/// </summary>
public sealed partial class JobSaver(
    IJobEngine engine, IProcessTable processes, JobTable jobs, HomeDirectory home, ILogger<JobSaver> logger)
{
    /// <summary>In a job's directory of checkpoints: the one that fell out of its plan.</summary>
    private const string AsideName = "aside";

    /// <summary>Saves a job, which then is no process any more, but a context file and a record that says where it is.</summary>
    /// <param name="directory">Made when it is missing.</param>
    /// <param name="tcp">What becomes of TCP connections to outside; null: as the job was told at its start.</param>
    /// <exception cref="YadoException">It runs on as before.</exception>
    public Task<JobCheckpoint> SaveAsync(JobEntry job, string directory, string? tcp, CancellationToken cancellation) =>
        ConsentedFreeze.WithConsentAsync(
            job, CaptureConsent.UsualPatience, cancellation, consent => SaveAsync(job, directory, tcp, consent, cancellation));

    private async Task<JobCheckpoint> SaveAsync(JobEntry job, string directory, string? tcp, CaptureConsent? consent, CancellationToken cancellation)
    {
        await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            JobRecord record = job.Record;
            RequireRunning(record);
            MakeDirectory(directory);
            string path = Path.Combine(directory, $"{record.Name}-{record.Id}-{record.Epoch}.ctx");
            // What stands at this name was left by a daemon that died before it could say so in the record.
            File.Delete(path);
            JobCheckpoint saved = Write(record.With(tcp), path, () => FileContextWriter.Create(path, cancellation), leaveRunning: false, consent, cancellation, (checkpoint, made) =>
            {
                // Written before the act, as in a move: a record that says "saved" with a process that lives was not carried out.
                jobs.Update(
                    job, record with { State = JobState.Saved, Ended = made.At, Checkpoints = [made], Note = $"saved as {path}" }, null, durable: true);
                checkpoint.Kill();
            });
            PutAway(record, () =>
            {
                DropFiles(record.Checkpoints);
                RemoveAside(AsideOf(record));
            });
            LogSaved(logger, record.Id, path);
            return saved;
        }
        finally
        {
            job.Gate.Release();
        }
    }

    /// <summary>Makes the next checkpoint of a job, which runs on. The oldest, when there are more than its plan keeps, is set aside: the
    /// next one is written over it.</summary>
    /// <exception cref="YadoException">There is none; those before it stay.</exception>
    public Task<JobCheckpoint> KeepAsync(JobEntry job, CancellationToken cancellation) =>
        ConsentedFreeze.WithConsentAsync(job, CaptureConsent.UsualPatience, cancellation, consent => KeepAsync(job, consent, cancellation));

    private async Task<JobCheckpoint> KeepAsync(JobEntry job, CaptureConsent? consent, CancellationToken cancellation)
    {
        await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            JobRecord record = job.Record;
            RequireRunning(record);
            string directory = home.CheckpointDirectory(record.Id);
            MakeDirectory(directory);
            DateTimeOffset now = DateTimeOffset.UtcNow;
            string path = Path.Combine(directory, $"{record.Epoch}-{now:yyyyMMdd'T'HHmmss.fff'Z'}.ctx");
            string aside = AsideOf(record);
            int keep = record.Plan?.Keep ?? 1;
            JobCheckpoint kept = Write(record, path, () => Over(aside, path, cancellation), leaveRunning: true, consent, cancellation, (_, made) =>
                jobs.Update(job, record with { Checkpoints = [made, .. record.Checkpoints.Take(keep - 1)] }, null, durable: true));
            PutAway(record, () =>
            {
                DropFiles(record.Checkpoints.Skip(keep));
                SetAside(record.Checkpoints.ElementAtOrDefault(keep - 1), aside);
            });
            return kept;
        }
        finally
        {
            job.Gate.Release();
        }
    }

    /// <summary>After a start of the daemon, before anything is watched: a job that is said to be saved and lives was not killed.</summary>
    public void RepairSaved()
    {
        foreach (JobEntry job in jobs.All.Where(e => e.Record.State == JobState.Saved && processes.IsAlive(e.Record.Main)))
        {
            DropFiles(job.Record.Checkpoints);
            jobs.Update(job, job.Record with { State = JobState.Running, Ended = null, Checkpoints = [], Note = null }, null, durable: true);
        }
    }

    private JobCheckpoint Write(
        JobRecord record, string path, Func<FileContextWriter> create, bool leaveRunning, CaptureConsent? consent, CancellationToken cancellation,
        Action<ICheckpoint, JobCheckpoint> complete)
    {
        LogStreams logs = LogStreams.Of(record, processes, home);
        // What is resumed here has a log: a caller's pipe or terminal would be lost without a word.
        // A file that only its user resumes gives it streams of his own.
        bool isForThisHost = !leaveRunning || record.Plan is { Restart: true };
        CaptureOptions options = (isForThisHost ? logs.WithoutCaller(flushFiles: true) : logs.CaptureOptions(flushFiles: true)) with
        {
            ThawEarly = leaveRunning,
            JobName = record.Name,
            Mailbox = record.Mailbox,
        };
        try
        {
            return EngineCall.Run(() =>
            {
                using ICheckpoint checkpoint = OwnProcess.Open(processes, engine, record, options);
                using FileContextWriter file = create();
                checkpoint.CopyAhead(file);
                (long output, long errors) = (0L, 0L);
                CaptureReport report = ConsentedFreeze.CaptureAsync(
                    checkpoint,
                    consent,
                    CaptureConsent.UsualPatience,
                    begin: static () => { },
                    capture: () =>
                    {
                        OwnProcess.Require(processes, record);
                        // It stands still: this is what it has written.
                        (output, errors) = (Length(home.Output(record.Id, record.Epoch)), Length(home.Errors(record.Id, record.Epoch)));
                        return checkpoint.Capture(file, null);
                    },
                    giveBack: static () => { },
                    cancellation).GetAwaiter().GetResult();
                file.Commit();
                JobCheckpoint made = new(path, report.FrozenAt, output, errors, ErrorsToOutput: false, report.FileLength, file.Written);
                try
                {
                    complete(checkpoint, made);
                }
                catch
                {
                    if (processes.IsAlive(record.Main))
                    {
                        File.Delete(path);
                    }
                    throw;
                }
                return made;
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or StoreException)
        {
            throw new YadoException(YadoError.Failed, $"cannot save job '{record.Name}' as {path}: {failure.Message}; it runs on", failure);
        }
    }

    /// <summary>The next checkpoint, over the one that was set aside where there is one and it is of use.</summary>
    private FileContextWriter Over(string aside, string path, CancellationToken cancellation)
    {
        try
        {
            if (File.Exists(aside) && EarlierPlaces.Read(aside) is { Count: > 0 } places)
            {
                return FileContextWriter.Over(aside, places, path, cancellation);
            }
        }
        catch (EngineException failure) when (failure.Error is EngineError.BadContextFile or EngineError.NoSuchFile)
        {
            LogUseless(logger, aside, failure.Message);
        }
        RemoveAside(aside);
        return FileContextWriter.Create(path, cancellation);
    }

    /// <summary>Files that no record names any more. What has been recorded holds, whatever becomes of them.</summary>
    private void PutAway(JobRecord record, Action files)
    {
        try
        {
            files();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogLeft(logger, record.Id, failure.Message);
        }
    }

    private string AsideOf(JobRecord record) => Path.Combine(home.CheckpointDirectory(record.Id), AsideName);

    private static void RemoveAside(string aside)
    {
        if (File.Exists(aside))
        {
            File.Delete(aside);
        }
    }

    /// <summary>Nothing relies on it any more. It is whole until the next checkpoint is written over it.</summary>
    private static void SetAside(JobCheckpoint? dropped, string aside)
    {
        // One that came with the job lies elsewhere.
        if (dropped is not null && Path.GetDirectoryName(dropped.Path) == Path.GetDirectoryName(aside) && File.Exists(dropped.Path))
        {
            File.Move(dropped.Path, aside, overwrite: true);
        }
        else if (dropped is not null)
        {
            File.Delete(dropped.Path);
        }
    }

    private static void MakeDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new YadoException(YadoError.Failed, $"cannot make the directory {directory} for context files: {failure.Message}", failure);
        }
    }

    private static void RequireRunning(JobRecord record)
    {
        if (!record.IsHere)
        {
            throw new YadoException(YadoError.NotFound, $"job '{record.Name}' does not run here any more");
        }
        if (record.Service is not null)
        {
            throw new YadoException(YadoError.Failed, $"service '{record.Name}' can't be saved: its clients are connected; it runs on");
        }
    }

    private static void DropFiles(IEnumerable<JobCheckpoint> checkpoints)
    {
        foreach (JobCheckpoint old in checkpoints)
        {
            File.Delete(old.Path);
        }
    }

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "the next checkpoint is not written over {Path}: {Reason}")]
    private static partial void LogUseless(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job}: a former checkpoint is left behind: {Reason}")]
    private static partial void LogLeft(ILogger logger, string job, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job} is saved as {Path}")]
    private static partial void LogSaved(ILogger logger, string job, string path);
}
