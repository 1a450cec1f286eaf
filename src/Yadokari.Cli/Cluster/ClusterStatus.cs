using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Cluster;

namespace Yadokari.Cli.Cluster;

/// <summary>What this host's certificate says.</summary>
/// <param name="Ends">UTC.</param>
/// <param name="Cluster">SHA-256 of the cluster's certificate, hexadecimal.</param>
/// <param name="Authority">ADDR:PORT of the host that gives certificates out, or that it is this one.</param>
/// <param name="Certificate">SHA-256 of this host's certificate, hexadecimal.</param>
/// <param name="RevokedVersion">Of the list of revoked certificates.</param>
public sealed record ClusterStatus(string Name, IReadOnlyList<string> Addresses, DateTime Ends, string Cluster, string Authority,
    string Certificate, long RevokedVersion, IReadOnlyList<RevokedCertificate> Revoked)
{
    public static ClusterStatus Of(HostCredentials credentials) => new(
        credentials.Name,
        [.. CertificateCheck.Addresses(credentials.Certificate).Select(a => a.ToString())],
        credentials.Certificate.NotAfter.ToUniversalTime(),
        CertificateCheck.Fingerprint(credentials.Authority),
        credentials.Files.HasAuthority ? "this host" : TrustFiles.Read(credentials.Files.AuthorityAddress, isKey: false).Trim(),
        CertificateCheck.Fingerprint(credentials.Certificate),
        credentials.Revocations.List.Version,
        credentials.Revocations.List.Entries);
}
