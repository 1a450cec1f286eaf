using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Load;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Api;

/// <summary>Turns records into what the API shows.</summary>
public sealed class JobViews(IProcessTable processes, HostSelf self)
{
    /// <summary>How busy a job is, by its id; set once the meter runs.</summary>
    public Func<string, JobLoad?> Load { get; set; } = static _ => null;

    /// <summary>What stood in the way of a move of a job when it was looked at; null: it was not.</summary>
    public Func<JobRecord, IReadOnlyList<ObstacleInfo>?> Obstacles { get; init; } = static _ => null;

    /// <summary>How far a job is on its way, by its id.</summary>
    public Func<string, MoveUnderWay?> UnderWay { get; init; } = static _ => null;

    public JobInfo Show(JobRecord job)
    {
        IReadOnlyList<ObstacleInfo>? obstacles = job.IsHere ? Obstacles(job) : null;
        (long ResidentBytes, double CpuSeconds)? use = job.IsHere ? processes.Use(job.Main.Pid) : null;
        JobLoad? load = job.IsHere ? Load(job.Id) : null;
        WaitStatus? status = job.WaitStatus is { } value ? new WaitStatus(value) : null;
        return new JobInfo
        {
            Id = job.Id,
            Name = job.Name,
            Host = self.Name,
            State = job.State,
            Arguments = job.Arguments,
            Uid = job.Uid,
            Started = job.Started,
            Epoch = job.Epoch,
            Streams = job.Streams,
            Pid = job.IsHere ? job.Main.Pid : null,
            MemoryBytes = use?.ResidentBytes,
            CpuSeconds = use?.CpuSeconds,
            CpuUse = load?.CpuUse,
            Demand = load?.Demand,
            Ended = job.Ended,
            ExitStatus = status?.ExitStatus,
            Signal = status?.Signal,
            MovedTo = job.MovedTo,
            MovedToAddress = job.MovedToAddress,
            UnderWay = job.State == JobState.Moving ? UnderWay(job.Id) : null,
            Note = job.Note,
            Kind = job.Service is null ? JobKind.Process : JobKind.Service,
            ServiceAddress = job.IsHere ? job.Service?.Place.Address : null,
            ServiceHttp2Address = job.IsHere ? job.Service?.Place.Http2Address : null,
            Resuming = JobReviver.Wants(job),
            Adopted = job.Adopted,
            Movable = obstacles is null ? null : obstacles.Count == 0,
            Obstacles = obstacles,
            Plan = job.Plan,
            Tcp = job.Tcp,
            Limits = job.Limits,
            LogSize = job.LogSize,
            Checkpoints = job.Checkpoints.Count == 0 ? null : [.. job.Checkpoints.Select(c => c.ToInfo())],
        };
    }

    /// <summary>A job of which only the directory knows: as if it had moved from here.</summary>
    public JobInfo ShowElsewhere(DirectoryEntry entry) => new()
    {
        Id = entry.Job,
        Name = entry.Name,
        Host = self.Name,
        State = JobState.Moved,
        Arguments = [],
        Uid = self.Uid,
        Started = default,
        Epoch = entry.Epoch - 1,
        Streams = JobStreams.Log,
        MovedTo = entry.Host,
        MovedToAddress = entry.Address,
    };

    /// <summary>Each job once, as the host with the highest epoch knows it.</summary>
    public static IReadOnlyList<JobInfo> Merge(IEnumerable<JobInfo> jobs) =>
        [.. jobs.GroupBy(j => j.Id).Select(g => g.MaxBy(j => (j.Epoch, j.State != JobState.Moved))!).OrderBy(j => j.Started)];
}
