using Yadokari.Cli.Figures;
using Yadokari.Cli.Top;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Cli.Tests.Top;

/// <summary>Pictures of hosts and jobs that never were.</summary>
internal static class Seen
{
    public static ClusterPicture Picture(IEnumerable<string> hosts, params IEnumerable<JobInfo> jobs) =>
        new([.. hosts.Select(h => Host(h))], [.. jobs], "none", null, []);

    public static PeerInfo Host(string name, bool answers = true, bool draining = false) => new()
    {
        Address = name + ":1991",
        Name = name,
        Host = !answers ? null : new HostInfo
        {
            Protocol = "yado",
            ProtocolVersion = 1,
            Version = "1",
            Name = name,
            Instance = name,
            BootId = "b",
            Uid = 0,
            UptimeSeconds = 1,
            CpuCount = 4,
            Load1 = 0,
            Load5 = 0,
            Load15 = 0,
            MemoryTotal = 1 << 30,
            MemoryAvailable = 1 << 30,
            DiskFree = 1 << 30,
            Kernel = "6.12",
            CpuFeatures = [],
            Draining = draining,
            RunningJobs = 0,
        },
    };

    public static JobInfo Job(string name, string host, JobState state = JobState.Running, params IReadOnlyList<string> arguments) => new()
    {
        Id = "id-" + name,
        Name = name,
        Host = host,
        State = state,
        Arguments = arguments.Count > 0 ? arguments : ["sleep", "1000"],
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = 1,
        Streams = JobStreams.Log,
        UnderWay = state == JobState.Moving ? new MoveUnderWay("h2", MovePhase.Copying, 50, 100) : null,
    };

    public static TopScreen Screen(ClusterPicture picture) => new TopScreen().Seen(picture);

    /// <summary>Presses keys, each a character or a named one, and gives the last wish.</summary>
    public static (TopScreen Screen, TopWish? Wish) Press(TopScreen screen, params IEnumerable<TopKey> keys)
    {
        TopWish? wish = null;
        foreach (TopKey key in keys)
        {
            (screen, wish) = TopKeys.Press(screen, key);
        }

        return (screen, wish);
    }

    public static (TopScreen Screen, TopWish? Wish) Type(TopScreen screen, string text) => Press(screen, text.Select(c => TopKey.Typed(c.ToString())));
}
