using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests;

internal static class Samples
{
    public static MoveOffer Offer { get; } = new()
    {
        MoveId = new string('a', 32),
        ProtocolVersion = ProtocolVersion.Current,
        Build = HostFacts.Build,
        JobId = "job1",
        JobName = "work",
        Arguments = ["gzip", "-9", "a file"],
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = 2,
        EstimatedBytes = 1000,
        SourceName = "A",
        SourceAddress = "127.0.0.1:1",
        SourceInstance = "instance-A",
    };

    public static HostInfo Host(string instance) => new()
    {
        Protocol = ProtocolVersion.Word,
        ProtocolVersion = ProtocolVersion.Current,
        Version = "0",
        Name = "host",
        Instance = instance,
        Address = "host",
        BootId = "boot",
        Uid = 0,
        UptimeSeconds = 0,
        CpuCount = 1,
        Load1 = 0,
        Load5 = 0,
        Load15 = 0,
        MemoryTotal = 0,
        MemoryAvailable = 0,
        DiskFree = 0,
        Kernel = "",
        CpuFeatures = [],
        Draining = false,
        RunningJobs = 0,
    };
}
