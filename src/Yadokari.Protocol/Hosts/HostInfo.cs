namespace Yadokari.Protocol.Hosts;

/// <summary>A host as its daemon describes it: also the hello by which daemons recognise each other.</summary>
public sealed record HostInfo
{
    /// <summary>Always <see cref="ProtocolVersion.Word"/>.</summary>
    public required string Protocol { get; init; }

    public required int ProtocolVersion { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    public required string Name { get; init; }

    /// <summary>Drawn once per home directory: two addresses with the same instance are one host.</summary>
    public required string Instance { get; init; }

    /// <summary>ADDR:PORT where other hosts reach it; null when it listens to none.</summary>
    public string? Address { get; init; }

    /// <summary>Identity of the running kernel: hosts with the same one see each other's files without a flush.</summary>
    public required string BootId { get; init; }

    /// <summary>The user it runs jobs as.</summary>
    public required uint Uid { get; init; }

    /// <summary>Seconds since the host was started.</summary>
    public required double UptimeSeconds { get; init; }

    public required int CpuCount { get; init; }

    /// <summary>Load averages over 1, 5 and 15 minutes.</summary>
    public required double Load1 { get; init; }

    public required double Load5 { get; init; }

    public required double Load15 { get; init; }

    /// <summary>Bytes.</summary>
    public required long MemoryTotal { get; init; }

    /// <summary>Bytes that can be had without swapping (MemAvailable).</summary>
    public required long MemoryAvailable { get; init; }

    /// <summary>Bytes free where images are kept.</summary>
    public required long DiskFree { get; init; }

    /// <summary>Release of the kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>Flags of /proc/cpuinfo.</summary>
    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>It takes no new jobs.</summary>
    public required bool Draining { get; init; }

    /// <summary>Jobs that run there.</summary>
    public required int RunningJobs { get; init; }

    /// <summary>How busy it is; null in the first second.</summary>
    public HostLoad? Load { get; init; }

    /// <summary>Version of the list of revoked certificates that it knows; 0: nothing was ever revoked.</summary>
    public long RevokedVersion { get; init; }

    /// <summary>The process of its daemon.</summary>
    public int Pid { get; init; }

    /// <summary>Its daemon started by itself, because a command needed one.</summary>
    public bool OnDemand { get; init; }

    /// <summary>A directory that it shares with other hosts, for images of moves; null: none that it was told of.</summary>
    public string? Via { get; init; }

    /// <summary>Revision of the placement policy that it knows.</summary>
    public long PolicyRevision { get; init; }
}
