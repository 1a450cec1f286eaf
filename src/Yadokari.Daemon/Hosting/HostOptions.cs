namespace Yadokari.Daemon.Hosting;

/// <summary>How a daemon is started. Name, address and peers that are left out are those of its last start.</summary>
public sealed record HostOptions
{
    public required HomeDirectory Home { get; init; }

    /// <summary>ADDR:PORT for other hosts; null: 127.0.0.1 and the well-known port, or none at all when another daemon has it.</summary>
    public string? Listen { get; init; }

    /// <summary>ADDR:PORT of each host to know.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Null: the name of the machine.</summary>
    public string? Name { get; init; }

    /// <summary>Told once the daemon answers: its address for others, null when it has none.</summary>
    public Action<string?>? OnReady { get; init; }
}
