namespace Yadokari.Protocol.Cluster;

/// <summary>By whom the hosts of a cluster are signed.</summary>
/// <param name="Certificate">PEM. Public: who joins compares its fingerprint with that of the token.</param>
public sealed record AuthorityInfo(string Certificate);
