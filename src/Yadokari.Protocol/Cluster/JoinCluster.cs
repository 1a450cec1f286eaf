namespace Yadokari.Protocol.Cluster;

/// <summary>A host asks for its first certificate.</summary>
/// <param name="Secret">Of a token that was not used yet.</param>
/// <param name="Request">PKCS#10, PEM; only its key counts.</param>
/// <param name="Name">The host's.</param>
/// <param name="Addresses">IP addresses where it will be reached.</param>
public sealed record JoinCluster(string Secret, string Request, string Name, IReadOnlyList<string> Addresses);
