namespace Yadokari.Protocol.Hosts;

/// <summary>Another host as this one knows it.</summary>
public sealed record PeerInfo
{
    /// <summary>ADDR:PORT.</summary>
    public required string Address { get; init; }

    /// <summary>Null as long as it never answered.</summary>
    public string? Name { get; init; }

    /// <summary>What it said just now; null when it does not answer.</summary>
    public HostInfo? Host { get; init; }

    /// <summary>Why there is no <see cref="Host"/>.</summary>
    public string? Error { get; init; }
}
