namespace Yadokari.Scheduling.Tests.Simulation;

/// <summary>
/// Hosts with one processor each that is shared equally among their jobs (processor sharing); jobs arrive at random
/// hosts by a Poisson process, and at each arrival the policy decides. Time, lots and lifetimes come from one seed.
/// </summary>
internal sealed class Simulator(int hosts, double load, IPlacementPolicy policy, Func<Dice, double> lifetime, ulong seed)
{
    private readonly Dice _dice = new(seed);
    private readonly List<SimulatedJob>[] _queues = [.. Enumerable.Range(0, hosts).Select(_ => new List<SimulatedJob>())];
    private readonly string[] _names = [.. Enumerable.Range(0, hosts).Select(h => $"h{h:000}")];
    private double _now;

    /// <summary>Only the job that has just arrived may be moved: placement, not migration.</summary>
    public bool OnlyNewcomers { get; init; }

    /// <summary>Seconds of work that a move adds to a job.</summary>
    public double MoveCost { get; init; }

    public int Moves { get; private set; }

    /// <summary>Mean time from arrival to end, and mean of that time over the lifetime.</summary>
    /// <param name="jobs">How many are counted.</param>
    /// <param name="warmUp">How many come before them and are not counted.</param>
    public (double Response, double Slowdown) Run(int jobs, int warmUp)
    {
        double response = 0;
        double slowdown = 0;
        int ended = 0;
        double arrival = 0;
        for (int number = 0; ended < jobs;)
        {
            (int host, int at, double left) = NextEnd();
            if (_now + left <= arrival)
            {
                Work(left);
                SimulatedJob done = _queues[host][at];
                _queues[host].RemoveAt(at);
                if (done.Number >= warmUp)
                {
                    response += _now - done.Arrived;
                    slowdown += (_now - done.Arrived) / done.Lifetime;
                    ended++;
                }
                continue;
            }
            Work(arrival - _now);
            double life = lifetime(_dice);
            _queues[_dice.Next(hosts)].Add(new SimulatedJob(number++, _now, life) { Left = life });
            Apply(policy.Decide(View(number - 1)));
            // Mean lifetime 1 on each host with one processor.
            arrival = _now - (Math.Log(1 - _dice.NextDouble()) / (load * hosts));
        }
        return (response / ended, slowdown / ended);
    }

    private (int Host, int At, double Left) NextEnd()
    {
        (int, int, double) next = (-1, -1, double.PositiveInfinity);
        for (int host = 0; host < hosts; host++)
        {
            List<SimulatedJob> queue = _queues[host];
            for (int at = 0; at < queue.Count; at++)
            {
                double left = queue[at].Left * queue.Count;
                if (left < next.Item3)
                {
                    next = (host, at, left);
                }
            }
        }
        return next;
    }

    private void Work(double time)
    {
        _now += time;
        foreach (List<SimulatedJob> queue in _queues)
        {
            foreach (SimulatedJob job in queue)
            {
                job.Left -= time / queue.Count;
            }
        }
    }

    private ClusterView View(int newcomer) => new()
    {
        Now = _now,
        Seed = (ulong)newcomer * 0x9E3779B97F4A7C15,
        Hosts = [.. _queues.Select((q, h) => new HostView { Name = _names[h], Cpus = 1, RunQueue = q.Count, MemoryAvailable = long.MaxValue })],
        Jobs =
        [
            .. _queues.SelectMany((q, h) => q.Where(j => !OnlyNewcomers || j.Number == newcomer).Select(j => new JobView
            {
                Id = $"{j.Number:00000000}",
                Host = _names[h],
                CpuSeconds = Math.Max(0, j.Lifetime - j.Left),
                MoveCost = MoveCost,
            })),
        ],
    };

    private void Apply(Plan plan)
    {
        foreach (PlannedMove move in plan.Moves)
        {
            int number = int.Parse(move.Job);
            List<SimulatedJob> from = _queues.Single(q => q.Any(j => j.Number == number));
            SimulatedJob job = from.Single(j => j.Number == number);
            from.Remove(job);
            job.Left += MoveCost;
            _queues[Array.IndexOf(_names, move.Host)].Add(job);
            Moves++;
        }
    }
}
