namespace Yadokari.Protocol.Cluster;

/// <summary>All certificates of a cluster that are believed no more. Only the host with the authority can make one.</summary>
/// <param name="Version">The list with the highest one holds. 0: nothing was ever revoked, and nothing is signed.</param>
/// <param name="Signature">By the cluster's key, over version and entries; base64.</param>
public sealed record RevocationList(long Version, IReadOnlyList<RevokedCertificate> Entries, string Signature)
{
    public static RevocationList Empty { get; } = new(0, [], "");
}
