using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Programs;
using Yadokari.Daemon.Streams;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Jobs;

/// <summary>Starts, resumes, signals and saves jobs of this host.</summary>
public sealed class JobRunner(
    IJobEngine engine, IProcessTable processes, JobTable jobs, HomeDirectory home, HostSelf self, JobWatcher watcher, StreamRelays relays)
{
    private const int FirstEpoch = 1;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    /// <summary>The control groups of jobs with limits; null: there are none.</summary>
    public LimitGroups? Groups { get; init; }

    /// <summary>Starts a program; it runs when this returns.</summary>
    /// <param name="caller">Pid of the calling process as this host sees it; 0 for a caller on another host.</param>
    /// <exception cref="YadoException">It can't be started.</exception>
    public JobRecord Start(StartJob start, int caller)
    {
        RefuseWhenDraining();
        string program = ProgramPath.Find(start.Arguments[0], start.Environment, start.WorkingDirectory);
        IReadOnlyList<string> environment = PortableEnvironment.Make(start.Cpu, start.Environment);
        if (!Directory.Exists(start.WorkingDirectory))
        {
            throw new YadoException(YadoError.NotFound, $"no directory {start.WorkingDirectory} on host {self.Name}");
        }
        return Launch(start.Name, Path.GetFileName(program), start.Arguments, StreamWish.ForStart(start), start, caller, (streams, started) =>
        {
            JobShell shell = EngineCall.Run(() => JobShellOf(streams));
            return (shell.ShellPid, shell.Pid, null);

            JobShell JobShellOf(JobHandles handles) => engine.Start(new JobStart
            {
                Program = program,
                Arguments = start.Arguments,
                Environment = environment,
                WorkingDirectory = start.WorkingDirectory,
                Settings = SettingsOfCaller.Read(start.Settings),
                OwnTerminal = start.Terminal is not null,
                StandardInput = handles.Input,
                StandardOutput = handles.Output,
                StandardError = handles.Errors,
                ExitStatusFile = handles.Exit,
                Started = started,
            });
        });
    }

    /// <summary>Resumes a context file as a job; the file stays.</summary>
    /// <exception cref="YadoException">No such file, not a context file, or this host lacks something.</exception>
    public JobRecord Resume(ResumeJob resume, int caller)
    {
        RefuseWhenDraining();
        IReadOnlyList<Obstacle> missing = EngineCall.Run(() => engine.FindMissing(resume.Path, isOwn: false));
        if (missing.Count > 0)
        {
            throw new YadoException(new ErrorBody($"host {self.Name} cannot resume {resume.Path}", YadoError.Refused, EngineCall.ToInfos(missing)));
        }
        string name = Path.GetFileNameWithoutExtension(resume.Path);
        return Launch(resume.Name, name, [resume.Path], new StreamWish(resume.Streams, resume.StreamsOf), null, caller, (streams, _) =>
        {
            IHeldJob held = EngineCall.Run(() => engine.Prepare(resume.Path, new ResumeOptions
            {
                StandardInput = streams.Input,
                StandardOutput = streams.Output,
                StandardError = streams.Errors,
                ExitStatusFile = streams.Exit,
                OwnNamespaces = true,
            }));
            return (held.ShellPid, held.Pid, held);
        });
    }

    /// <summary>Sends a signal; a move or checkpoint under way ends first.</summary>
    /// <exception cref="YadoException">It has ended, or is on another host.</exception>
    public async Task<JobRecord> SignalAsync(JobEntry job, SignalJob signal, CancellationToken cancellation)
    {
        await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            RequireHere(job.Record);
            bool sent = signal.Group ? processes.SignalGroup(job.Record.Main, signal.Signal) : processes.Signal(job.Record.Main, signal.Signal);
            if (!sent)
            {
                throw new YadoException(YadoError.NotFound, $"job '{job.Record.Name}' has ended");
            }
            return job.Record;
        }
        finally
        {
            job.Gate.Release();
        }
    }

    /// <summary>Saves a job as a context file, which appears only when it is complete.</summary>
    /// <exception cref="YadoException">The job has obstacles, the file exists or can't be written; the job runs on.</exception>
    public async Task<CheckpointResult> CheckpointAsync(JobEntry job, CheckpointJob request, CancellationToken cancellation)
    {
        TimeSpan patience = request.HoldSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : CaptureConsent.UsualPatience;
        return await ConsentedFreeze.WithConsentAsync(
            job, patience, cancellation, consent => CheckpointAsync(job, request, consent, patience, cancellation)).ConfigureAwait(false);
    }

    private async Task<CheckpointResult> CheckpointAsync(
        JobEntry job, CheckpointJob request, CaptureConsent? consent, TimeSpan patience, CancellationToken cancellation)
    {
        await job.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            JobRecord record = job.Record;
            RequireHere(record);
            // Its log stays here: what it writes from now on goes to whoever resumes the file, anywhere.
            CaptureOptions options = LogStreams.Of(record.With(request.Tcp), processes, home).CaptureOptions(flushFiles: false) with
            {
                ThawEarly = request.LeaveRunning,
                JobName = record.Name,
                Mailbox = record.Mailbox,
            };
            using ICheckpoint checkpoint = OwnProcess.Open(processes, engine, record, options);
            using FileContextWriter file = EngineCall.Run(() => FileContextWriter.Create(request.Path, cancellation));
            EngineCall.Run(() =>
            {
                checkpoint.CopyAhead(file);
                return true;
            });
            CaptureReport report = await ConsentedFreeze.CaptureAsync(
                checkpoint,
                consent,
                patience,
                begin: static () => { },
                capture: () =>
                {
                    OwnProcess.Require(processes, record);
                    return checkpoint.Capture(file, null);
                },
                giveBack: static () => { },
                cancellation).ConfigureAwait(false);
            EngineCall.Run(() =>
            {
                file.Commit();
                return true;
            });
            if (!request.LeaveRunning)
            {
                // The file is whole, on the disk and has its name: only now the process may go.
                checkpoint.Kill();
                jobs.Update(job, record with { Note = $"saved as {request.Path}" }, null, durable: false);
            }
            return new CheckpointResult(request.Path, report.FileLength, report.MemoryBytes, report.Threads, report.Frozen.TotalMilliseconds);
        }
        catch (IOException failure)
        {
            throw new YadoException(YadoError.Failed, $"cannot write {request.Path}: {failure.Message}; job '{job.Record.Name}' runs on", failure);
        }
        finally
        {
            job.Gate.Release();
        }
    }

    private JobRecord Launch(
        string? wishedName,
        string programName,
        IReadOnlyList<string> arguments,
        StreamWish wish,
        StartJob? start,
        int caller,
        Func<JobHandles, Action<int>, (int Shell, int Main, IHeldJob? Held)> launch)
    {
        string id = jobs.NewId();
        using IDisposable name = ReserveName(wishedName, programName, out string jobName);
        IReadOnlyList<string> groups = LimitGroups.Make(Groups, id, FirstEpoch, start?.Limits);
        home.CreateJobDirectory(id, FirstEpoch);
        try
        {
            using JobHandles handles = OpenStreams(id, wish, caller);
            (int shellPid, int mainPid, IHeldJob? held) = launch(handles, shell => LimitGroups.Take(groups, shell));
            using (held)
            {
                ProcessIdentity? shell = processes.Identify(shellPid);
                JobRecord record = new()
                {
                    Id = id,
                    Name = jobName,
                    State = JobState.Running,
                    Arguments = arguments,
                    Uid = self.Uid,
                    Started = DateTimeOffset.UtcNow,
                    Epoch = FirstEpoch,
                    Streams = wish.Kind,
                    Caller = wish.Kind == JobStreams.Inherit ? processes.Identify(caller) : null,
                    Plan = start?.Plan,
                    Tcp = start?.Tcp,
                    Limits = start?.Limits,
                    Groups = groups,
                    LogSize = start?.LogSize,
                    // A program that ends at once may be a zombie already: what counts is the exit status it left.
                    Shell = shell ?? new ProcessIdentity(shellPid, 0, self.BootId),
                    Main = processes.Identify(mainPid) ?? new ProcessIdentity(mainPid, 0, self.BootId),
                };
                JobEntry entry;
                try
                {
                    LimitGroups.Take(groups, shellPid);
                    entry = jobs.Put(record, null, durable: false, isChild: true);
                }
                catch
                {
                    // What no host knows of must not run.
                    held?.Dispose();
                    End(record);
                    throw;
                }
                if (held is not null)
                {
                    ProgramGreeting.Give(held.Pid, null, self.Name, home.Socket, record.Name);
                    held.Release();
                }
                watcher.Watch(entry);
                return record;
            }
        }
        catch
        {
            if (jobs.TryGet(id) is null)
            {
                relays.End(id, FirstEpoch);
                home.DeleteJobDirectory(id, FirstEpoch);
                _ = LimitGroups.RemoveAsync(groups, CancellationToken.None);
            }
            throw;
        }
    }

    /// <summary>Ends a job that was started and could not be recorded.</summary>
    private void End(JobRecord job)
    {
        processes.Signal(job.Main, SIGKILL);
        if (!processes.WaitGoneAsync(job.Shell, CancellationToken.None).Wait(EndPatience))
        {
            processes.Signal(job.Shell, SIGKILL);
            processes.WaitGoneAsync(job.Shell, CancellationToken.None).Wait(EndPatience);
        }
        engine.TryReap(new JobShell(job.Shell.Pid, job.Main.Pid), out _);
    }

    private JobHandles OpenStreams(string id, StreamWish wish, int caller)
    {
        LogHandles logs = LogHandles.Open(home, id, FirstEpoch);
        if (wish.Kind == JobStreams.Log)
        {
            return new JobHandles(logs.Input, logs.Output, logs.Errors, logs.Exit, logs);
        }
        if (wish.Kind == JobStreams.Relayed)
        {
            IReadOnlyList<SafeFileHandle> ends = relays.Make(id, FirstEpoch, new RelayedStreams { Terminal = wish.Terminal }, wish.Alone);
            return new JobHandles(ends[0], ends[1], ends[2], logs.Exit, [logs, .. ends]);
        }
        if (caller == 0 || wish.Of is null)
        {
            logs.Dispose();
            throw new YadoException(YadoError.WrongUsage, "only a program on the same host can lend its streams to a job: use the log");
        }
        SafeFileHandle?[] fetched = new SafeFileHandle?[3];
        try
        {
            using SafeFileHandle process = PidFd.Open(caller)
                ?? throw new YadoException(YadoError.Failed, $"process {caller} that lends its streams has ended");
            for (int stream = 0; stream < fetched.Length; stream++)
            {
                // A stream that the caller has closed is /dev/null for the job.
                fetched[stream] = PidFd.Fetch(process, stream) ?? File.OpenHandle("/dev/null", access: stream == 0 ? FileAccess.Read : FileAccess.Write);
            }
            return new JobHandles(fetched[0]!, fetched[1]!, fetched[2]!, logs.Exit, [logs, .. fetched!]);
        }
        catch (Exception failure)
        {
            logs.Dispose();
            foreach (SafeFileHandle? handle in fetched)
            {
                handle?.Dispose();
            }
            throw failure is SystemCallException
                ? new YadoException(YadoError.Failed, $"cannot take the streams of process {caller}: {failure.Message}", failure)
                : failure;
        }
    }

    private IDisposable ReserveName(string? wished, string programName, out string name)
    {
        if (wished is not null)
        {
            name = wished;
            return jobs.TryReserveName(wished) ?? throw new YadoException(YadoError.Failed, $"a job named '{wished}' runs already: choose another name");
        }
        return jobs.ReserveFreeName(JobTable.NameFrom(programName), out name);
    }

    private void RefuseWhenDraining()
    {
        if (self.Fence() is { } fence)
        {
            throw new YadoException(YadoError.Refused, fence);
        }
        if (self.Draining)
        {
            throw new YadoException(YadoError.Refused, $"host {self.Name} takes no jobs: 'yado undrain {self.Name}' changes that");
        }
    }

    private void RequireHere(JobRecord record)
    {
        if (!record.IsHere)
        {
            throw new YadoException(YadoError.NotFound, record.State switch
            {
                JobState.Moved => $"job '{record.Name}' is on host {record.MovedTo}: ask there",
                JobState.Saved => $"job '{record.Name}' is {record.Note}: 'yado undrain {self.Name}' resumes it",
                _ => $"job '{record.Name}' has ended",
            });
        }
    }
}
