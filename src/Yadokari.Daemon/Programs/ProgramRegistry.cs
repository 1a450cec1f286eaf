using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Programs;

namespace Yadokari.Daemon.Programs;

/// <summary>Programs that know they move: makes jobs of them and saves them when they ask. Thread-safe.</summary>
public sealed partial class ProgramRegistry(
    JobTable jobs, JobRunner runner, JobAdopter adopter, IProcessTable processes, HomeDirectory home, HostSelf self, CancellationToken stopping, ILogger<ProgramRegistry> logger)
{
    private const int MaxAncestors = 64;
    private const int Eio = 5;
    private const int Ebusy = 16;
    private const int Eexist = 17;
    private const int Enoent = 2;

    private readonly Lock _adopting = new();

    /// <summary>A program makes itself known. One that is no job yet becomes one.</summary>
    /// <param name="caller">Who speaks, by the kernel's word.</param>
    /// <exception cref="YadoException">It can't be a job.</exception>
    public JobRecord Register(RegisterProgram program, LocalCaller caller)
    {
        if (caller.Pid <= 0)
        {
            throw new YadoException(YadoError.Failed, "the program runs where this daemon can't see it: in a pid namespace beside its own");
        }
        return Keep(caller.Pid, new AdoptJob(caller.Pid, program.Name), freeName: false, program.Mailbox);
    }

    /// <summary>A context file was executed, and the job in it runs again. It becomes a job of this host under its old name.</summary>
    /// <param name="caller">The process that executed the file, or the init of the job, by the kernel's word.</param>
    /// <exception cref="YadoException">It has no such child, or that can't be a job.</exception>
    public JobRecord TakeResumed(ResumedProgram program, LocalCaller caller)
    {
        int pid = ProcTasks.Children(caller.Pid)?.FirstOrDefault(child => ProcStatus.Read(child) is { NsPid: [.., int own] } && own == program.Process) ?? 0;
        return pid > 0
            ? Keep(pid, new AdoptJob(pid, program.Name), freeName: true, program.Mailbox)
            : throw new YadoException(YadoError.NotFound, $"process {caller.Pid} has no child {program.Process}");
    }

    private JobRecord Keep(int pid, AdoptJob adopt, bool freeName, ulong? mailbox)
    {
        JobEntry job;
        // A program that was resumed may make itself known at the same time as whoever resumed it does.
        lock (_adopting)
        {
            job = FindJob(pid) ?? Adopt(adopt, freeName);
        }
        JobRecord record = job.Record;
        if (mailbox is not null && record.Mailbox != mailbox)
        {
            jobs.Update(job, record with { Mailbox = mailbox }, null, durable: false);
        }
        ProgramGreeting.Give(record.Main.Pid, mailbox, self.Name, home.Socket, record.Name);
        return job.Record;
    }

    /// <summary>A program asks to be saved. Returns as soon as that may begin.</summary>
    /// <exception cref="YadoException">It is no job, or the path can't be used.</exception>
    public void BeginCheckpoint(CheckpointProgram request, LocalCaller caller)
    {
        JobEntry job = FindJob(caller.Pid) ?? throw new YadoException(YadoError.NotFound, $"process {caller.Pid} is no job of this host: register it first");
        if (ProgramMailbox.TryOpen(job.Record.Main.Pid, job.Record.Mailbox) is not { } mailbox)
        {
            throw new YadoException(YadoError.WrongUsage, "the program has no mailbox for the answer");
        }
        _ = Task.Run(() => CheckpointAsync(job, request, mailbox), CancellationToken.None);
    }

    private async Task CheckpointAsync(JobEntry job, CheckpointProgram request, ProgramMailbox mailbox)
    {
        using (mailbox)
        {
            (int outcome, string message) = (1, "");
            try
            {
                FileContextWriter.Check(request.Path);
                await runner.CheckpointAsync(job, new CheckpointJob(request.Path, LeaveRunning: true), stopping).ConfigureAwait(false);
            }
            catch (EngineException failure)
            {
                (outcome, message) = (-ErrnoOf(failure.Error), failure.Message);
            }
            catch (YadoException failure)
            {
                (outcome, message) = (
                    failure.Kind == YadoError.Obstacles ? -Ebusy : failure.InnerException is EngineException inner ? -ErrnoOf(inner.Error) : -Eio,
                    failure.Body.Obstacles.Count > 0 ? $"{failure.Message}: {string.Join("; ", failure.Body.Obstacles.Select(o => $"{o.Name}: {o.Detail}"))}" : failure.Message);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or StoreException)
            {
                (outcome, message) = (-Eio, failure.Message);
            }
            Answer(mailbox, request, outcome, message);
        }
    }

    private void Answer(ProgramMailbox mailbox, CheckpointProgram request, int outcome, string message)
    {
        try
        {
            if (mailbox.TryRead() is { } state && state.Checkpoint == request.Number)
            {
                mailbox.WriteOutcome(outcome, message);
                mailbox.Notify(state);
            }
        }
        catch (SystemCallException failure)
        {
            LogUnanswered(logger, mailbox.Pid, failure.Message);
        }
    }

    private static int ErrnoOf(EngineError error) => error switch
    {
        EngineError.OutputExists => Eexist,
        EngineError.NoSuchFile => Enoent,
        _ => Eio,
    };

    private JobEntry? FindJob(int pid)
    {
        ProcessIdentity? identity = processes.Identify(pid);
        return identity is null ? null : jobs.All.FirstOrDefault(e => e.Record.IsHere && e.Record.Main == identity);
    }

    private JobEntry Adopt(AdoptJob adopt, bool freeName)
    {
        if (JobAbove(adopt.Pid) is { } job)
        {
            throw new YadoException(YadoError.Failed, $"process {adopt.Pid} is part of job '{job.Record.Name}', which moves as a whole");
        }
        // Not looked at for obstacles: the connection by which it speaks would be one.
        return jobs.Find(adopter.Adopt(adopt, look: false, freeName).Id);
    }

    /// <summary>The job that a process descends from.</summary>
    private JobEntry? JobAbove(int pid)
    {
        Dictionary<int, JobEntry> mains = jobs.All.Where(e => e.Record.IsHere).GroupBy(e => e.Record.Main.Pid).ToDictionary(g => g.Key, g => g.First());
        for (int steps = 0; pid > 1 && steps < MaxAncestors; steps++)
        {
            if (mains.TryGetValue(pid, out JobEntry? job))
            {
                return job;
            }
            pid = ProcStatus.Read(pid)?.PPid ?? 0;
        }
        return null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "process {Pid} asked to be saved and is gone: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, int pid, string reason);
}
