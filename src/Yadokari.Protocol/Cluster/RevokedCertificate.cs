namespace Yadokari.Protocol.Cluster;

/// <summary>A certificate that is believed no more.</summary>
/// <param name="Serial">Its serial number, hexadecimal: one of its cluster has it only.</param>
/// <param name="Name">The host that it names.</param>
/// <param name="Revoked">When.</param>
/// <param name="Expires">When it would have ended by itself; the entry goes some time after that.</param>
public sealed record RevokedCertificate(string Serial, string Name, DateTimeOffset Revoked, DateTimeOffset Expires);
