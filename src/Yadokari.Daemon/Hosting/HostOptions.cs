namespace Yadokari.Daemon.Hosting;

/// <summary>How a daemon is started. Name, address and peers that are left out are those of its last start.</summary>
public sealed record HostOptions
{
    public required HomeDirectory Home { get; init; }

    /// <summary>ADDR:PORT for other hosts, which needs a certificate; null: that of the last start, else none.</summary>
    public string? Listen { get; init; }

    /// <summary>ADDR:PORT of each host to know, which needs a certificate.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Where the hosts of a cluster agree (<see cref="Cluster.ClusterAddress"/>).</summary>
    public string? Cluster { get; init; }

    /// <summary>Null: the name of the machine.</summary>
    public string? Name { get; init; }

    /// <summary>What other hosts may ask of this one, words with commas; null: as at the last start, else as usual
    /// (<see cref="Trust.Acceptance.Parse"/>).</summary>
    public string? Accept { get; init; }

    /// <summary>For which users; null: as at the last start, else as usual.</summary>
    public string? AcceptUsers { get; init; }

    /// <summary>A directory that other hosts see too, through which jobs move to those that name it as well; "none": no more; null:
    /// as at the last start.</summary>
    public string? Via { get; init; }

    /// <summary>A shell command that ends with 0 when this host is about to be taken away: it is drained then. Run again
    /// whenever it ends otherwise. Null: none.</summary>
    public string? OnSpotNotice { get; init; }

    /// <summary>How long a drain may take that a signal or a notice has started.</summary>
    public TimeSpan DrainWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>It was started because a command needed one, and gives way to one that somebody starts.</summary>
    public bool OnDemand { get; init; }

    /// <summary>Told once the daemon answers: its address for others, null when it has none.</summary>
    public Action<string?>? OnReady { get; init; }
}
