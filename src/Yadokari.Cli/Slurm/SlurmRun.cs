using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Jobs;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Slurm;

/// <summary>
/// A program in a batch job, from its start or from where the run before has left it, to its end or until it is saved:
/// <code>
/// begin, or resume ── runs ──────────────┬── ends ──▶ its status is noted, and is this command's
///                     │ looks at the     │
///                     │ end of its time  └── the end is near, or a signal says so ──▶ saved on disk, noted, ended, requeued
/// </code>
/// The program is killed only when file and note are on disk; the job is requeued only when the program is dead. Whatever dies between
/// leaves one of two: the program running with its job, or a note that the next run goes on from.
/// </summary>
internal sealed class SlurmRun(SlurmStore store, SlurmController controller, SlurmOptions options)
{
    private static readonly TimeSpan UsualAhead = TimeSpan.FromSeconds(60);

    /// <summary>What a shared file system takes of memory in a second, to be on the safe side.</summary>
    private const double BytesPerSecond = 100 << 20;

    private static readonly TimeSpan LongestAhead = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RequeuePause = TimeSpan.FromSeconds(5);

    private DateTimeOffset _begun;

    /// <summary>Runs it.</summary>
    /// <param name="moment">What the controller says now; null: it does not answer.</param>
    /// <returns>The exit status of the program, as a shell has it. When it was saved, this returns only when nobody is there any more
    /// who could take it for an end.</returns>
    /// <exception cref="CommandFailure">It can't be started or resumed.</exception>
    public async Task<int> RunAsync(SlurmMoment? moment)
    {
        if (store.Step.Status is { } before)
        {
            Say($"{store.Step.Program} has ended with {before} in a run before and is not run again; to begin anew remove {store.DirectoryPath}");
            return before;
        }

        using SlurmSignals signals = new();
        // Now, not when it is saved: by then the caller may be gone, and another in its place.
        int caller = ProcStat.Read(Environment.ProcessId)?.PPid ?? 0;
        using SafeFileHandle? heldCaller = caller > 0 ? PidFd.Open(caller) : null;
        string? callerName = ProcStat.Read(caller)?.Name;
        (int shell, int pid) = store.Step.Context is null ? Start() : Resume();
        _begun = DateTimeOffset.UtcNow;
        Task<int> ended = Task.Run(() => ChildProcess.Wait(shell));
        if (await WatchAsync(moment, pid, ended, signals))
        {
            await ended;
            await LeaveAsync(heldCaller, isSlurm: callerName == "slurmstepd", signals);
            return ExitStatus.Failed;
        }

        return Note(await ended);
    }

    private (int Shell, int Pid) Start()
    {
        IReadOnlyList<string> environment = Foreground.OwnEnvironment;
        using SafeFileHandle input = Stream(0), output = Stream(1), errors = Stream(2);
        JobShell shell = JobShell.Start(new JobStart
        {
            Program = ProgramPath.Find(options.Words[0], environment, Environment.CurrentDirectory),
            Arguments = options.Words,
            Environment = environment,
            WorkingDirectory = Environment.CurrentDirectory,
            StandardInput = input,
            StandardOutput = output,
            StandardError = errors,
        });
        return (shell.ShellPid, shell.Pid);
    }

    private (int Shell, int Pid) Resume()
    {
        using RunnableContext context = store.OpenContext();
        KeptStreams.PutBack(store.Step.Streams, store.DirectoryPath, Complain);
        HeldProcess held = HeldProcess.Prepare(Path.Combine(store.DirectoryPath, store.Step.Context!), new ResumeOptions { OwnNamespaces = true, Program = context.Program });
        using (held)
        {
            held.Release();
            Say($"{store.Step.Program} goes on from {store.Step.Context}");
            return (held.ShellPid, held.Pid);
        }
    }

    /// <returns>True when it was saved and the job is requeued; false when it has ended, or ends.</returns>
    private async Task<bool> WatchAsync(SlurmMoment? moment, int pid, Task<int> ended, SlurmSignals signals)
    {
        bool isLookedAt = false;
        Task told = signals.ToldToEnd;
        while (!ended.IsCompleted)
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            TimeSpan? left = moment?.End is { } end ? end - Ahead(pid, end) - now : null;
            if (left <= TimeSpan.Zero || signals.Asked.IsCompleted || told.IsCompleted)
            {
                if (told.IsCompleted && await controller.IsCancelledAsync())
                {
                    // The program was told so itself; whatever it does is its end.
                    return false;
                }

                if (TrySave(pid, ended))
                {
                    await RequeueAsync();
                    return true;
                }

                signals.Answered();
                told = new TaskCompletionSource().Task; // told once
                left = Retry(moment?.End - now);
            }

            await Task.WhenAny(ended, signals.Asked, told, Task.Delay(Pause(left)));
            if (ended.IsCompleted || signals.Asked.IsCompleted || told.IsCompleted)
            {
                continue;
            }

            moment = await controller.LookAsync() ?? moment;
            if (!isLookedAt)
            {
                isLookedAt = true;
                Foresee(pid);
            }
        }

        return false;
    }

    /// <summary>How long before the end the program is saved: never more than a quarter of the time that it has in this run.</summary>
    private TimeSpan Ahead(int pid, DateTimeOffset end)
    {
        if (options.Ahead is { } given)
        {
            return given;
        }

        using ProcessTable processes = new();
        TimeSpan wanted = UsualAhead + TimeSpan.FromSeconds(processes.ResidentBytes(pid) / BytesPerSecond);
        TimeSpan most = end > _begun ? (end - _begun) / 4 : TimeSpan.Zero;
        return new[] { wanted, LongestAhead, most }.Min();
    }

    private TimeSpan Pause(TimeSpan? left) =>
        left is not { } time || time > options.Ask ? options.Ask : time < ShortestPause ? ShortestPause : time;

    /// <summary>When it could not be saved: it is tried again while there is time.</summary>
    private TimeSpan Retry(TimeSpan? toEnd) => toEnd is { } time && time > TimeSpan.Zero ? time / 8 : options.Ask;

    /// <returns>False: it runs on, or has ended.</returns>
    private bool TrySave(int pid, Task<int> ended)
    {
        try
        {
            Save(pid);
            return true;
        }
        catch (Exception failure) when (failure is EngineException or ObstacleException or SystemCallException or IOException or UnauthorizedAccessException)
        {
            if (!ended.IsCompleted && ProcStat.Read(pid) is { HasEnded: false })
            {
                ErrorReport.Of(failure).Print(failure, options.Verbose);
            }

            return false;
        }
    }

    private void Save(int pid)
    {
        CheckpointSession.Prepare();
        Stopwatch clock = Stopwatch.StartNew();
        string path = store.NewPath(".ctx");
        using ProcessConsent consent = ProcessConsent.AskAsync(pid, CaptureConsent.UsualPatience, CancellationToken.None).GetAwaiter().GetResult();
        using CheckpointSession session = CheckpointSession.Open(pid, Capture with { JobName = consent.JobName });
        using FileContextWriter writer = FileContextWriter.Create(path);
        session.CopyAhead(writer);
        writer.Reserve(session.EstimateLength);
        CaptureReport report = consent.Capture(session, () => session.Capture(writer));
        writer.Commit();
        List<string> made = [path];
        try
        {
            IReadOnlyList<KeptStream> streams = KeptStreams.Keep(NewCopy, Complain);
            store.Update(store.Step with { Context = Path.GetFileName(path), Fingerprint = SlurmStore.FingerprintOf(path), Streams = streams });
        }
        catch
        {
            // It runs on, and nothing says that this is it.
            made.ForEach(File.Delete);
            throw;
        }

        session.Kill();
        Say($"{store.Step.Program} is saved: {Output.Size(report.FileLength)} in {Output.Duration(clock.Elapsed)}");

        string NewCopy()
        {
            made.Add(store.NewPath(".out"));
            return made[^1];
        }
    }

    /// <summary>Its streams are the script's, whatever file these are in the next run.</summary>
    private CaptureOptions Capture => new() { StreamsOf = Environment.ProcessId, Tcp = options.Tcp, FlushFiles = true };

    /// <summary>Says in time what would be in the way; it may go by itself.</summary>
    private void Foresee(int pid)
    {
        try
        {
            foreach (Obstacle obstacle in CheckpointSession.FindObstacles(pid, Capture))
            {
                Complain($"{store.Step.Program} could not be saved as it stands now: {obstacle}");
            }
        }
        catch (Exception failure) when (failure is EngineException or SystemCallException)
        {
            // It has just ended, or the look at it will fail when it is to be saved, which is said then.
            Say($"{store.Step.Program} could not be looked at: {failure.Message}");
        }
    }

    /// <summary>The program is dead, and saved: nothing but this is left to do, as long as this process lives.</summary>
    private async Task RequeueAsync()
    {
        for (bool isFirst = true; await controller.RequeueAsync() is { } reason; isFirst = false)
        {
            if (isFirst)
            {
                Complain($"{store.Step.Program} is saved, but the job can't be requeued: {PlainText.Of(reason)}; it is tried again (by hand: scontrol requeue)");
            }

            await Task.Delay(RequeuePause);
        }
    }

    /// <summary>Stays until whoever called this is gone, or this process is killed: the script must not go on to its next line. Slurm
    /// itself, which is the caller where the script has become this process (exec), goes on to nothing, and ends it by SIGTERM.</summary>
    private static Task LeaveAsync(SafeFileHandle? caller, bool isSlurm, SlurmSignals signals) =>
        caller is null ? Task.CompletedTask
        : isSlurm ? signals.ToldToEnd
        : Task.Run(() => PidFd.WaitUntilGone(caller, Timeout.InfiniteTimeSpan));

    /// <summary>The program has ended. One that was killed, as Slurm does at the end of its time, has done nothing that would be noted:
    /// should the job be requeued, it goes on from where it was saved last, or begins anew.</summary>
    private int Note(int waitStatus)
    {
        int status = JobEnding.ShellStatusOf(waitStatus);
        if (JobEnding.SignalOf(waitStatus) is SIGTERM or SIGKILL)
        {
            Say($"{store.Step.Program} was killed by {SignalName.Of(JobEnding.SignalOf(waitStatus))}");
            return status;
        }

        try
        {
            store.Update(store.Step with { Status = status, Context = null, Fingerprint = null, Streams = [] });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            Complain(string.Create(CultureInfo.InvariantCulture, $"{store.Step.Program} has ended with {status}, which can't be noted: {failure.Message}; a requeued job would run it again"));
        }

        return status;
    }

    private static SafeFileHandle Stream(int number) => new(number, ownsHandle: false);

    private void Say(string text)
    {
        if (options.Verbose)
        {
            Complain(text);
        }
    }

    private static void Complain(string text) => Console.Error.WriteLine($"yado: {text}");
}
