using System.Diagnostics;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Faults;

/// <summary>
/// Moves jobs round the hosts of a lab, several at a time, while something fails in the middle; then lets everything come to
/// rest by itself and looks: exactly one copy of each job runs, and it has made every step once.
/// </summary>
public sealed class Campaign : IDisposable
{
    private const int JobCount = 6;
    private const int Together = 4;
    private static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan MovePatience = TimeSpan.FromSeconds(90);

    private readonly FaultLab _lab;
    private readonly Random _random;
    private readonly string _program;
    private readonly Dictionary<string, JobTrail> _trails = [];
    private readonly List<string> _stories = [];
    private readonly HashSet<string> _lost = [];
    private readonly HashSet<string> _twice = [];
    private readonly HashSet<string> _unrecovered = [];
    private int _runs;
    private int _struck;
    private int _moved;

    /// <param name="yado">Full path of the program.</param>
    /// <param name="seed">The same faults at the same steps each time.</param>
    /// <param name="program">The job: trail.pl.</param>
    public Campaign(string yado, int seed, string program)
    {
        _random = new Random(seed);
        _program = program;
        _lab = new FaultLab(yado);
    }

    /// <summary>Faults of daemons, links and disks until so many moves were made under one; then a tenth as many of hosts.</summary>
    /// <param name="told">Told after each round.</param>
    public async Task<FaultResult> RunAsync(int runs, Action<string>? told = null)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int hostRuns = Math.Max(2, runs / 10);
        await StartJobsAsync(null).ConfigureAwait(false);
        FaultKind[] kinds = [FaultKind.SourceDaemon, FaultKind.TargetDaemon, FaultKind.BothDaemons, FaultKind.CutLink, FaultKind.FullDisk];
        int round = 0;
        for (; _runs < runs - hostRuns && _unrecovered.Count == 0; round++)
        {
            await RoundAsync(Fault.Draw(kinds[round % kinds.Length], round / kinds.Length * 3 + _random.Next(3), _random), told).ConfigureAwait(false);
        }
        await EndJobsAsync().ConfigureAwait(false);
        if (_unrecovered.Count == 0)
        {
            // Jobs that are to survive their host, with checkpoints.
            await StartJobsAsync(new CheckpointPlan(1, 2, Restart: true)).ConfigureAwait(false);
            kinds = [FaultKind.SourceHost, FaultKind.TargetHost];
            for (round = 0; _runs < runs && _unrecovered.Count == 0; round++)
            {
                await RoundAsync(Fault.Draw(kinds[round % kinds.Length], _random.Next(1000), _random), told).ConfigureAwait(false);
            }
            await EndJobsAsync().ConfigureAwait(false);
        }
        return new FaultResult(_runs, _struck, _lost.Count, _twice.Count, _unrecovered.Count, _moved, clock.Elapsed.TotalSeconds, _stories);
    }

    public void Dispose() => _lab.Dispose();

    private async Task StartJobsAsync(CheckpointPlan? plan)
    {
        _trails.Clear();
        using YadoClient first = _lab.Client(1);
        for (int number = 1; number <= JobCount; number++)
        {
            string name = (plan is null ? "t" : "r") + number;
            string trail = Path.Combine(_lab.Directory, name + ".trail");
            await first.StartJobAsync(new StartJob
            {
                Name = name,
                Arguments = ["perl", _program, trail],
                Environment = [$"PATH={Environment.GetEnvironmentVariable("PATH")}"],
                WorkingDirectory = "/",
                Plan = plan,
            }).ConfigureAwait(false);
            _trails[name] = new JobTrail(trail);
        }
        await RestAsync("the start", new Dictionary<string, int>()).ConfigureAwait(false);
    }

    private async Task RoundAsync(Fault fault, Action<string>? told)
    {
        bool hostDies = fault.Kind is FaultKind.SourceHost or FaultKind.TargetHost;
        Dictionary<string, int> places = await PlacesAsync().ConfigureAwait(false);
        // The small disk is lost with its host, so that host keeps its power.
        int[] hosts = [.. Enumerable.Range(1, hostDies ? FaultLab.SmallDisk - 1 : FaultLab.Hosts)];
        int target = fault.Kind == FaultKind.FullDisk ? FaultLab.SmallDisk : hosts[_random.Next(hosts.Length)];
        int source = places.Where(p => p.Value != target).GroupBy(p => p.Value).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key ?? 0;
        if (source == 0)
        {
            // All are on the target already: it is the source then.
            (source, target) = (target, target % hosts.Length + 1);
        }
        string[] jobs = [.. places.Where(p => p.Value == source).Select(p => p.Key).Order(StringComparer.Ordinal).Take(Together)];
        Arm(fault, source, target);
        Task<bool>[] moves = [.. jobs.Select(j => MoveAsync(j, source, target))];
        Task all = Task.WhenAll(moves);
        bool struck = await StrikeAsync(fault, source, target, all).ConfigureAwait(false);
        await all.ConfigureAwait(false);
        await HealAsync(source, target).ConfigureAwait(false);
        _runs += jobs.Length;
        _struck += struck ? 1 : 0;
        _moved += moves.Count(m => m.Result);
        // A job goes back to its last checkpoint when the host that died had it, before the move or after it.
        Dictionary<string, int> returns = hostDies && struck ? _trails.Keys.ToDictionary(j => j, _ => 1) : [];
        string story = $"{fault.Kind} at {fault.SourceStep ?? ""} {fault.TargetStep ?? ""} ({fault.Delay}), {jobs.Length} jobs h{source} → h{target}";
        await RestAsync(story, returns).ConfigureAwait(false);
        told?.Invoke($"{story}: {(struck ? "struck" : "did not strike")}, {moves.Count(m => m.Result)} moved; runs {_runs}, lost {_lost.Count}, twice {_twice.Count}, unrecovered {_unrecovered.Count}");
    }

    private void Arm(Fault fault, int source, int target)
    {
        bool kills = fault.Kind is FaultKind.SourceDaemon or FaultKind.TargetDaemon or FaultKind.BothDaemons;
        if (fault.SourceStep is { } atSource)
        {
            _lab.Arm(source, atSource, kills ? "kill" : "wait", fault.Delay);
        }
        if (fault.TargetStep is { } atTarget)
        {
            _lab.Arm(target, atTarget, kills ? "kill" : "wait", fault.Delay);
        }
    }

    /// <summary>What is done from outside once a daemon waits at its step. True when the fault struck.</summary>
    private async Task<bool> StrikeAsync(Fault fault, int source, int target, Task moves)
    {
        int at = fault.SourceStep is null ? target : source;
        while (!_lab.HasStruck(at) && !moves.IsCompleted)
        {
            await Task.Delay(2).ConfigureAwait(false);
        }
        if (!_lab.HasStruck(at))
        {
            return false;
        }
        switch (fault.Kind)
        {
            case FaultKind.CutLink:
                int cut = _random.Next(2) == 0 ? source : target;
                _lab.SetLink(cut, up: false);
                _lab.LetGo(at);
                await Task.Delay(fault.Delay).ConfigureAwait(false);
                _lab.SetLink(cut, up: true);
                break;
            case FaultKind.FullDisk:
                _lab.FillDisk(fault.Delay);
                _lab.LetGo(at);
                break;
            case FaultKind.SourceHost or FaultKind.TargetHost:
                _lab.KillHost(at);
                break;
        }
        return true;
    }

    /// <summary>What a service manager and the people of a machine room do: daemons and hosts are started again.</summary>
    private async Task HealAsync(int source, int target)
    {
        _lab.EmptyDisk();
        foreach (int host in (int[])[source, target])
        {
            if (!_lab.IsUp(host))
            {
                _lab.BootHost(host);
            }
            await _lab.EnsureDaemonAsync(host).ConfigureAwait(false);
            // One that did not strike must not strike later; one that struck late has killed the daemon meanwhile.
            _lab.Disarm(host);
        }
    }

    private async Task<bool> MoveAsync(string job, int source, int target)
    {
        using YadoClient host = _lab.Client(source);
        using CancellationTokenSource limit = new(MovePatience);
        try
        {
            MoveReport report = await host.MoveAsync(job, $"10.199.0.{target}:1991", cancellation: limit.Token).ConfigureAwait(false);
            return report.Job.Name == job;
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until each job runs in exactly one place and gets on, and nothing is on its way any more.</summary>
    private async Task RestAsync(string story, Dictionary<string, int> returns)
    {
        Stopwatch waited = Stopwatch.StartNew();
        Dictionary<string, long> before = [];
        foreach ((string job, JobTrail trail) in _trails)
        {
            trail.Returns = returns.GetValueOrDefault(job);
        }
        while (true)
        {
            Dictionary<string, List<JobInfo>> copies = await CopiesAsync().ConfigureAwait(false);
            foreach ((string job, JobTrail trail) in _trails)
            {
                trail.Read();
                before.TryAdd(job, trail.Last);
            }
            // One that is to survive its host does so from its first checkpoint on.
            bool rest = _trails.All(t => copies[t.Key] is [{ State: JobState.Running } copy] && (copy.Plan is null || copy.Checkpoints is not null)
                && t.Value.Last != before[t.Key]);
            if (rest || waited.Elapsed > RestPatience)
            {
                Judge(story, copies, rest);
                return;
            }
            if (_trails.All(t => copies[t.Key] is [{ State: JobState.Running }]) is false)
            {
                before.Clear();
                // A daemon that was killed late, after it had answered once.
                await EnsureAllAsync().ConfigureAwait(false);
            }
            await Task.Delay(10).ConfigureAwait(false);
        }
    }

    private void Judge(string story, Dictionary<string, List<JobInfo>> copies, bool rest)
    {
        foreach ((string job, JobTrail trail) in _trails)
        {
            if (trail.Twice > 0 && _twice.Add(job))
            {
                _stories.Add($"{story}: {job} made {trail.Twice} steps twice");
            }
            if (trail.Missing > 0 && _lost.Add(job))
            {
                _stories.Add($"{story}: {job} left out steps");
            }
            if (!rest && copies[job] is not [{ State: JobState.Running }])
            {
                string places = string.Join(", ", copies[job].Select(c => $"{c.State} on {c.Host}"));
                (copies[job].Count(c => c.State == JobState.Running) switch { > 1 => _twice, _ => _unrecovered }).Add(job);
                _stories.Add($"{story}: {job} came to no rest: {(places.Length == 0 ? "no copy" : places)}");
            }
        }
        if (!rest && _unrecovered.Count == 0)
        {
            _unrecovered.Add("one");
            _stories.Add($"{story}: a job stands still");
        }
    }

    private async Task EndJobsAsync()
    {
        Dictionary<string, int> places = await PlacesAsync().ConfigureAwait(false);
        foreach ((string job, int place) in places)
        {
            using YadoClient host = _lab.Client(place);
            JobInfo ended;
            try
            {
                await host.SignalAsync(job, 15).ConfigureAwait(false);
                ended = await host.WaitHereAsync(job).WaitAsync(RestPatience).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is YadoException or TimeoutException)
            {
                _stories.Add($"at the end: {job} can't be ended: {failure.Message}");
                continue;
            }
            JobTrail trail = _trails[job];
            trail.Read();
            string log = "";
            await foreach (Protocol.Wire.LogChunk chunk in host.ReadLogHereAsync(ended.Id, follow: false).ConfigureAwait(false))
            {
                log += System.Text.Encoding.UTF8.GetString(chunk.Bytes.Span);
            }
            if (ended.ExitStatus != 7 || log != $"begin\nend {trail.Last}\n")
            {
                _stories.Add($"at the end: {job} ended with {ended.ExitStatus} and '{log.ReplaceLineEndings("|")}' after step {trail.Last}");
            }
        }
    }

    private async Task<Dictionary<string, int>> PlacesAsync()
    {
        Dictionary<string, List<JobInfo>> copies = await CopiesAsync().ConfigureAwait(false);
        return copies.Where(c => c.Value.Count == 1).ToDictionary(c => c.Key, c => int.Parse(c.Value[0].Host.AsSpan(1)));
    }

    /// <summary>What runs of each job, and where, as its hosts say.</summary>
    private async Task<Dictionary<string, List<JobInfo>>> CopiesAsync()
    {
        Dictionary<string, List<JobInfo>> copies = _trails.Keys.ToDictionary(j => j, _ => new List<JobInfo>());
        for (int number = 1; number <= FaultLab.Hosts; number++)
        {
            using YadoClient host = _lab.Client(number);
            try
            {
                foreach (JobInfo job in (await host.ListJobsAsync().ConfigureAwait(false)).Jobs.Where(j => !j.IsOver && copies.ContainsKey(j.Name)))
                {
                    copies[job.Name].Add(job);
                }
            }
            catch (YadoException failure) when (failure.Unreachable)
            {
                // Its daemon is on its way up; what runs there is seen when that answers.
            }
        }
        return copies;
    }

    private async Task EnsureAllAsync()
    {
        for (int host = 1; host <= FaultLab.Hosts; host++)
        {
            await _lab.EnsureDaemonAsync(host).ConfigureAwait(false);
        }
    }
}
