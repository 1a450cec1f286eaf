namespace Yadokari.Protocol.Hosts;

/// <summary>Where a host is, and which host it must be.</summary>
/// <param name="Address">ADDR:PORT.</param>
/// <param name="Name">The name that the certificate there must have; null: whoever is there.</param>
public sealed record HostPlace(string Address, string? Name);
