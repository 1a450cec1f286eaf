using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Load;

/// <summary>Looks at this host once a second, remembers an hour of that, and keeps the means of minutes for some weeks on the disk.
/// While the whole machine stands still it does not look at each process, while it is calm it does every few seconds, and where there
/// are very many it does less often, so that looking costs a bounded part of a processor. Thread-safe.</summary>
public sealed partial class LoadMeter(
    JobTable jobs, OwnerWatch owner, JobGroup? group, Func<(long Total, long Available)> memory, LoadArchive archive, ILogger<LoadMeter> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const double TicksPerSecond = 100;

    /// <summary>What is called the last seconds: the time in which an old sample loses two thirds of its weight.</summary>
    private const double Recently = 3;

    /// <summary>What belongs to no job counts as load only when it stays: commands come and go.</summary>
    private const double Awhile = 15;

    private const double Minute = 60;

    /// <summary>Of one processor: what the machine uses by the daemon itself and by its own housekeeping.</summary>
    private const double Quiet = 0.02;

    /// <summary>Of one processor: so little that it does not matter in which second whose it was.</summary>
    private const double Calm = 0.1;

    /// <summary>Seconds between two looks at each process of a calm machine; the most there are on any.</summary>
    private const double CalmLooks = 5;

    /// <summary>Looking at each process takes at most this part of a processor, unless that makes it rarer than on a calm machine.</summary>
    private const double MostCost = 0.002;

    private readonly LoadRing _ring = new(Protocol.Limits.LoadSeconds);
    private readonly List<LoadSample> _ofMinute = [];
    private readonly Damped _runQueue = new(Recently);
    private readonly Damped _others = new(Awhile, 0);
    private readonly Damped _cpu = new(Recently);
    private readonly Damped _load = new(Minute);
    private readonly Dictionary<string, (Damped Demand, Damped Cpu)> _dampedJobs = [];
    private volatile IReadOnlyDictionary<string, JobLoad> _jobLoads = new Dictionary<string, JobLoad>();
    private volatile HostLoad? _last;
    private long _lastTime;
    private Dictionary<string, (int Runnable, double Cpu)> _lastUse = [];
    private (int All, int Others, double Cpu) _lastCount;
    private ProcessScan? _before;
    private long _beforeTime;
    private double _cost;
    private ProcMachine? _machine;

    /// <summary>Processors that jobs may use here.</summary>
    public double Capacity => Math.Min(group?.ReadCpus() ?? double.MaxValue, Environment.ProcessorCount);

    /// <summary>Null before the first look.</summary>
    public HostLoad? Now => _last is { } last ? last with { Age = Stopwatch.GetElapsedTime(Volatile.Read(ref _lastTime)).TotalSeconds } : null;

    /// <summary>Null for a job that was not seen yet.</summary>
    public JobLoad? Of(string job) => _jobLoads.GetValueOrDefault(job);

    /// <summary>What was before the samples of this daemon, or before the last hour, are means of minutes.</summary>
    public IReadOnlyList<LoadSample> History(int seconds)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long after = now - (seconds * 1000L);
        IReadOnlyList<LoadSample> recent = _ring.Since(after);
        IReadOnlyList<LoadSample> before = archive.Between(after, recent.Count > 0 ? recent[0].At : now);
        return LoadMeans.InSpans([.. before, .. recent], after, now, Protocol.Limits.MaxLoadSamples);
    }

    /// <summary>Goes on until the daemon stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Interval);
        try
        {
            do
            {
                try
                {
                    Look();
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException or FormatException)
                {
                    // What is missing now is there a second later, or the facts grow stale and nothing is moved here.
                    LogFailed(logger, failure.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    private void Look()
    {
        ProcMachine machine = ProcMachine.Read();
        double busy = BusySince(machine);
        _machine = machine;
        if (busy <= Quiet)
        {
            PublishBetween((0, 0, 0), static _ => (0, 0));
        }
        else if (_before is not null && Stopwatch.GetElapsedTime(_beforeTime).TotalSeconds < SecondsBetween(busy))
        {
            // What each job uses is as the last look found it, until the next. On a calm machine nobody waits for a processor.
            bool calm = busy <= Calm;
            PublishBetween(
                calm ? (0, 0, busy) : _lastCount,
                id => _lastUse.GetValueOrDefault(id) is var (runnable, cpu) && calm ? (0, Math.Min(cpu, busy)) : (runnable, cpu));
        }
        else
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            LookAtAll();
            _cost = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }
    }

    /// <summary>Two looks at each process are so far apart.</summary>
    private double SecondsBetween(double busy) => busy <= Calm ? CalmLooks : Math.Min(_cost / MostCost, CalmLooks);

    private void PublishBetween((int All, int Others, double Cpu) count, Func<string, (int Runnable, double Cpu)> ofJob)
    {
        Dictionary<string, (int Runnable, double Cpu)> here =
            jobs.All.Where(e => e.Record.IsHere).ToDictionary(e => e.Record.Id, e => ofJob(e.Record.Id));
        double since = Stopwatch.GetElapsedTime(_lastTime).TotalSeconds;
        Volatile.Write(ref _lastTime, Stopwatch.GetTimestamp());
        Publish(since, count, here);
    }

    /// <summary>Processors used by anyone since the last look; much, where somebody but the reader runs just now.</summary>
    private double BusySince(ProcMachine machine) =>
        _machine is { } last && _before is not null && machine.Running <= 1
        ? (machine.BusyTicks - last.BusyTicks) / TicksPerSecond / Math.Max(Stopwatch.GetElapsedTime(_lastTime).TotalSeconds, 0.001)
        : double.MaxValue;

    private void LookAtAll()
    {
        ProcessScan scan = ProcessScan.Take(_before);
        long time = Stopwatch.GetTimestamp();
        double seconds = _before is null ? 0 : Stopwatch.GetElapsedTime(_lastTime, time).TotalSeconds;
        double scanned = _before is null ? 0 : Stopwatch.GetElapsedTime(_beforeTime, time).TotalSeconds;
        JobRecord[] here = [.. jobs.All.Select(e => e.Record).Where(r => r.IsHere)];
        Dictionary<int, string> tops = here.GroupBy(r => r.Shell.Pid).ToDictionary(g => g.Key, g => g.First().Id);
        // Keepers, jobs that are being rebuilt and policy programs are children of this process: what moves cost must not look
        // like load, or one move calls for the next.
        IReadOnlyDictionary<int, int> owners = scan.OwnersAmong(new HashSet<int>(tops.Keys) { Environment.ProcessId });
        Dictionary<string, (int Runnable, double Cpu)> found = here.ToDictionary(r => r.Id, _ => (0, 0.0));
        int all = 0;
        int ofJobs = 0;
        double cpu = 0;
        foreach ((int pid, ulong ticks) in scan.CpuTicks)
        {
            int runnable = scan.Runnable.GetValueOrDefault(pid);
            double used = UsedSince(pid, ticks, scanned);
            cpu += used;
            bool isOwned = owners.TryGetValue(pid, out int top);
            if (isOwned && top == Environment.ProcessId)
            {
                continue;
            }
            all += runnable;
            if (isOwned)
            {
                ofJobs += runnable;
                (int r, double c) = found[tops[top]];
                found[tops[top]] = (r + runnable, c + used);
            }
        }
        _before = scan;
        _beforeTime = time;
        Volatile.Write(ref _lastTime, time);
        _lastUse = found;
        _lastCount = (all, all - ofJobs, cpu);
        Publish(seconds, _lastCount, found);
    }

    private void Publish(double seconds, (int All, int Others, double Cpu) count, Dictionary<string, (int Runnable, double Cpu)> found)
    {
        (int all, int others, double cpu) = count;
        Dictionary<string, JobLoad> loads = [];
        foreach ((string id, (int runnable, double used)) in found)
        {
            if (!_dampedJobs.TryGetValue(id, out (Damped Demand, Damped Cpu) damped))
            {
                // A new job is taken for busy until it has shown what it is.
                _dampedJobs[id] = damped = (new Damped(Recently), new Damped(Recently));
                damped.Demand.Add(Math.Max(1, runnable), seconds);
            }
            loads[id] = new JobLoad(damped.Demand.Add(runnable, seconds), damped.Cpu.Add(used, seconds));
        }
        foreach (string gone in _dampedJobs.Keys.Except(found.Keys).ToArray())
        {
            _dampedJobs.Remove(gone);
        }
        _jobLoads = loads;
        (long total, long available) = memory();
        bool present = owner.IsPresent(DateTime.UtcNow);
        double? cpuPressure = Pressure.Read("cpu");
        double? memoryPressure = Pressure.Read("memory");
        _last = new HostLoad
        {
            Capacity = Capacity,
            RunQueue = _runQueue.Add(all, seconds),
            OtherRunQueue = _others.Add(others, seconds),
            Load = _load.Add(all, seconds),
            CpuUse = _cpu.Add(cpu, seconds),
            CpuPressure = cpuPressure,
            MemoryPressure = memoryPressure,
            OwnerPresent = present,
            Age = 0,
        };
        Remember(new LoadSample(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), all, Math.Round(cpu, 2), available, found.Count, present, cpuPressure, memoryPressure));
    }

    private void Remember(LoadSample sample)
    {
        const long minute = 60_000;
        _ring.Add(sample);
        if (_ofMinute.Count > 0 && _ofMinute[0].At / minute != sample.At / minute)
        {
            LoadSample mean = LoadMeans.Of(_ofMinute, _ofMinute[0].At);
            _ofMinute.Clear();
            archive.Put(mean);
        }
        _ofMinute.Add(sample);
    }

    /// <summary>Processors used since the last scan; a process that was not there then counts with all it has used.</summary>
    private double UsedSince(int pid, ulong ticks, double seconds)
    {
        if (seconds <= 0)
        {
            return 0;
        }
        ulong before = _before!.CpuTicks.GetValueOrDefault(pid);
        return ticks > before ? Math.Min((ticks - before) / TicksPerSecond / seconds, Environment.ProcessorCount) : 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the load can't be measured: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
