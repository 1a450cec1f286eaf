using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// Makes jobs of processes that were started without yado. Nothing is done to the process: it keeps its parent, its
/// streams and its place. The daemon watches it by a pidfd; its first move gives it a shell.
/// </summary>
public sealed class JobAdopter(IJobEngine engine, IProcessTable processes, JobTable jobs, HomeDirectory home, HostSelf self, JobWatcher watcher)
{
    private const int FirstEpoch = 1;

    /// <summary>From now on it is a job. What keeps it from being moved is not in the way of that; its note tells it.</summary>
    /// <param name="look">Look for what would keep it from being moved now.</param>
    /// <param name="freeName">Where another job has its name, it gets one like it.</param>
    /// <exception cref="YadoException">No such process, another user's, or one that can't be a job.</exception>
    public JobRecord Adopt(AdoptJob adopt, bool look = true, bool freeName = false)
    {
        if (self.Draining)
        {
            throw new YadoException(YadoError.Refused, $"host {self.Name} takes no jobs: 'yado undrain {self.Name}' changes that");
        }
        int pid = adopt.Pid;
        ProcStatus status = ProcStatus.Read(pid) ?? throw new YadoException(YadoError.NotFound, $"no process {pid} on host {self.Name}");
        if (status.Uids[0] != self.Uid)
        {
            throw new YadoException(YadoError.Failed, $"process {pid} belongs to user {status.Uids[0]}, and this daemon runs jobs of user {self.Uid} only");
        }
        if (pid == Environment.ProcessId || status.PPid == Environment.ProcessId)
        {
            throw new YadoException(YadoError.Failed, $"process {pid} is the daemon's own");
        }
        ProcessIdentity process = processes.Identify(pid) ?? throw new YadoException(YadoError.NotFound, $"process {pid} has ended");
        if (jobs.All.FirstOrDefault(e => e.Record.IsHere && (e.Record.Main == process || e.Record.Shell == process)) is { } known)
        {
            throw new YadoException(YadoError.Failed, $"process {pid} is job '{known.Record.Name}' already");
        }
        string? note = look ? Look(pid) : null;
        IReadOnlyList<string> arguments = ReadArguments(pid) is { Count: > 0 } read ? read : [status.Name];
        string jobName = adopt.Name ?? "";
        using IDisposable name = freeName && adopt.Name is not null ? jobs.ReserveFreeName(adopt.Name, out jobName) : ReserveName(adopt.Name, status.Name, out jobName);
        string id = jobs.NewId();
        home.CreateJobDirectory(id, FirstEpoch);
        JobRecord record = new()
        {
            Id = id,
            Name = jobName,
            State = JobState.Running,
            Arguments = arguments,
            Uid = self.Uid,
            Started = DateTimeOffset.UtcNow,
            Epoch = FirstEpoch,
            Streams = JobStreams.Inherit,
            Shell = process,
            Main = process,
            Adopted = true,
            Note = note,
        };
        JobEntry entry = jobs.Put(record, null, durable: false, isChild: false);
        watcher.Watch(entry);
        return record;
    }

    /// <summary>What would keep it from being moved now; null: nothing.</summary>
    /// <exception cref="YadoException">It may not be traced at all.</exception>
    private string? Look(int pid)
    {
        try
        {
            EngineCall.Run(() => engine.Open(pid, new CaptureOptions { RefuseOutsideStreams = true })).Dispose();
            return null;
        }
        catch (YadoException failure) when (failure.Obstacles.Count > 0)
        {
            return $"it can't be moved as it is: {string.Join("; ", failure.Obstacles.Select(o => $"{o.Name}: {o.Detail}"))}";
        }
    }

    private IDisposable ReserveName(string? wished, string program, out string name)
    {
        if (wished is not null)
        {
            name = wished;
            return jobs.TryReserveName(wished) ?? throw new YadoException(YadoError.Failed, $"a job named '{wished}' runs already: choose another name");
        }
        return jobs.ReserveFreeName(JobTable.NameFrom(program), out name);
    }

    private static IReadOnlyList<string> ReadArguments(int pid)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0').Where(a => a.Length > 0)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
