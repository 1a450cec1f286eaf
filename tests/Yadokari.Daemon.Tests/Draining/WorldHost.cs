using System.Collections.Concurrent;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Draining;

/// <summary>A host with jobs among other hosts, as a drain sees them: what each answers is told by the test.</summary>
internal sealed class WorldHost : IDrainedHost, IHostStore, IDrainJournal
{
    private readonly ConcurrentBag<(string Job, string Host)> _asked = [];
    private int _moving;
    private int _mostMoving;
    private int _silences;

    public WorldHost(int jobs, params string[] others)
    {
        Table = new JobTable(this);
        for (int number = 1; number <= jobs; number++)
        {
            ProcessIdentity process = new(1000 + number, 1, "boot");
            Table.Put(
                new JobRecord
                {
                    Id = $"id{number}",
                    Name = $"j{number}",
                    State = JobState.Running,
                    Arguments = ["work"],
                    Uid = 0,
                    Started = DateTimeOffset.UnixEpoch,
                    Epoch = 1,
                    Streams = JobStreams.Log,
                    Shell = process,
                    Main = process,
                },
                null, durable: false, isChild: false);
        }
        foreach (string other in others)
        {
            Peers[other] = Host(other);
        }
    }

    public JobTable Table { get; }

    public ConcurrentDictionary<string, HostInfo> Peers { get; } = new();

    /// <summary>What a host says to a job: a failure, or null when it takes it.</summary>
    public Func<string, string, YadoException?> Answer { get; set; } = (_, _) => null;

    /// <summary>Why a job, by its id, can't be carried.</summary>
    public Func<string, IReadOnlyList<ObstacleInfo>> Obstacles { get; init; } = _ => [];

    /// <summary>What happens when a job is saved; null: it works.</summary>
    public Func<string, YadoException?> Save { get; set; } = _ => null;

    /// <summary>Held up as long as it is not complete.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyCollection<(string Job, string Host)> Asked => _asked;

    public int MostMoving => _mostMoving;

    /// <summary>How often the others do not answer when they are asked who they are.</summary>
    public int Silences { init => _silences = value; }

    /// <summary>What the setting says that outlives the daemon.</summary>
    public bool Draining { get; private set; }

    public DrainRecord? Journal { get; private set; }

    public IReadOnlyList<JobEntry> Running => [.. Table.All.Where(e => e.Record.IsHere)];

    public IReadOnlyList<JobEntry> GoneSince(DateTimeOffset time) => [.. Table.All.Where(e => !e.Record.IsHere && e.Record.Ended >= time)];

    public IReadOnlyList<ObstacleInfo> ObstaclesOf(JobEntry job) => Obstacles(job.Record.Id);

    public bool IsExpecting { get; init; }

    public static HostInfo Host(string name) => new()
    {
        Protocol = ProtocolVersion.Word,
        ProtocolVersion = ProtocolVersion.Current,
        Version = "0",
        Name = name,
        Instance = $"instance-{name}",
        Address = name,
        BootId = "boot",
        Uid = 0,
        UptimeSeconds = 0,
        CpuCount = 2,
        Load1 = 0,
        Load5 = 0,
        Load15 = 0,
        MemoryTotal = 1000,
        MemoryAvailable = 1000,
        DiskFree = 1000,
        Kernel = "",
        CpuFeatures = [],
        Draining = false,
        RunningJobs = 0,
    };

    public long BytesOf(JobRecord job) => 10;

    public Task<IReadOnlyList<PeerInfo>> AskPeersAsync(CancellationToken cancellation)
    {
        bool silent = Interlocked.Decrement(ref _silences) >= 0;
        return Task.FromResult<IReadOnlyList<PeerInfo>>([.. Peers.Select(p => new PeerInfo { Address = p.Key, Name = p.Key, Host = silent ? null : p.Value })]);
    }

    public async Task<MoveReport> MoveAsync(JobEntry job, HostPlace place, DrainHost request, CancellationToken cancellation)
    {
        _asked.Add((job.Record.Name, place.Address));
        int now = Interlocked.Increment(ref _moving);
        InterlockedMax(ref _mostMoving, now);
        try
        {
            await Gate.WaitAsync(cancellation);
            if (Answer(job.Record.Name, place.Address) is { } failure)
            {
                throw failure;
            }
            Table.Update(job, job.Record with { State = JobState.Moved, MovedTo = place.Address, Ended = DateTimeOffset.UtcNow }, null, durable: false);
            return new MoveReport(null!, 10, 10, 1, 1, 1);
        }
        finally
        {
            Interlocked.Decrement(ref _moving);
        }
    }

    public Task<JobCheckpoint> SaveAsync(JobEntry job, DrainHost request, CancellationToken cancellation)
    {
        if (Save(job.Record.Name) is { } failure)
        {
            throw failure;
        }
        JobCheckpoint made = new($"{request.SaveTo ?? "/saved"}/{job.Record.Name}.ctx", DateTimeOffset.UnixEpoch, 0, 0, false, 10);
        Table.Update(job, job.Record with { State = JobState.Saved, Checkpoints = [made], Ended = DateTimeOffset.UtcNow }, null, durable: false);
        return Task.FromResult(made);
    }

    DrainRecord? IDrainJournal.Load() => Journal;

    void IDrainJournal.Save(DrainRecord drain) => Journal = drain;

    void IDrainJournal.SetDraining(bool draining) => Draining = draining;

    void IHostStore.Save(JobRecord? job, MoveRecord? move, bool durable)
    {
    }

    void IHostStore.Flush()
    {
    }

    IReadOnlyList<JobRecord> IHostStore.LoadJobs() => [];

    IReadOnlyList<MoveRecord> IHostStore.LoadMoves() => [];

    private static void InterlockedMax(ref int place, int value)
    {
        int seen = Volatile.Read(ref place);
        while (value > seen && Interlocked.CompareExchange(ref place, value, seen) is int now && now != seen)
        {
            seen = now;
        }
    }
}
