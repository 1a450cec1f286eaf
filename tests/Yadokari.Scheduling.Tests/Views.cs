namespace Yadokari.Scheduling.Tests;

/// <summary>Views to decide on.</summary>
internal static class Views
{
    public const long Memory = 1L << 30;

    /// <summary>Hosts a, b, c … with so many busy jobs each, called a1, a2, b1 … The higher the number, the older.</summary>
    public static ClusterView Of(params int[] jobs) => new()
    {
        Now = 1_800_000_000,
        Seed = 7,
        Hosts = [.. jobs.Select((count, at) => Host(Name(at), count))],
        Jobs = [.. jobs.SelectMany((count, at) => Enumerable.Range(1, count).Select(n => Job(Name(at), n)))],
    };

    public static HostView Host(string name, double queue) => new()
    {
        Name = name,
        Cpus = 1,
        RunQueue = queue,
        Load = queue,
        MemoryTotal = Memory,
        MemoryAvailable = Memory,
    };

    public static JobView Job(string host, int number) => new()
    {
        Id = $"{host}{number}",
        Host = host,
        Age = 10 * number,
        Residence = 10 * number,
        CpuSeconds = number,
        MemoryBytes = 1 << 20,
        CpuUse = 0.5,
        MoveCost = 0.1,
    };

    public static ClusterView WithHost(this ClusterView view, string name, Func<HostView, HostView> change) =>
        view with { Hosts = [.. view.Hosts.Select(h => h.Name == name ? change(h) : h)] };

    public static ClusterView WithJob(this ClusterView view, string id, Func<JobView, JobView> change) =>
        view with { Jobs = [.. view.Jobs.Select(j => j.Id == id ? change(j) : j)] };

    /// <summary>"a3→b" for each move.</summary>
    public static IReadOnlyList<string> Shown(this Plan plan) => [.. plan.Moves.Select(m => $"{m.Job}→{m.Host}")];

    /// <summary>Anything that a daemon could meet, and some that it could not.</summary>
    public static ClusterView Any(int seed)
    {
        Random random = new(seed);
        string[] names = [.. Enumerable.Range(0, random.Next(1, 9)).Select(Name)];
        HostView[] hosts =
        [
            .. names.Select(name => Host(name, random.Next(20)) with
            {
                Cpus = random.Next(4) == 0 ? 0.4 : random.Next(1, 5),
                MemoryAvailable = random.NextInt64(Memory),
                Draining = random.Next(4) == 0,
                Closed = random.Next(6) == 0,
                OwnerPresent = random.Next(3) == 0,
                FactsAge = random.Next(40),
            }),
        ];
        JobView[] jobs =
        [
            .. Enumerable.Range(0, random.Next(60)).Select(n => Job(random.Next(10) == 0 ? "nowhere" : names[random.Next(names.Length)], n) with
            {
                CpuSeconds = random.NextDouble() * 100,
                MemoryBytes = random.NextInt64(Memory / 4),
                Demand = random.NextDouble() * 3,
                Pinned = random.Next(5) == 0,
                MoveCost = random.NextDouble(),
                Moves = random.Next(3),
                RecentMoves = random.Next(16),
                Residence = random.Next(30),
            }),
        ];
        return new ClusterView { Now = 0, Seed = (ulong)random.NextInt64(), Hosts = hosts, Jobs = jobs };
    }

    private static string Name(int at) => ((char)('a' + at)).ToString();
}
