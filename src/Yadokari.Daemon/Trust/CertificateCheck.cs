using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Yadokari.Daemon.Trust;

/// <summary>Whether a certificate is believed. A pure function of the certificate, the cluster and the time.</summary>
public static class CertificateCheck
{
    /// <summary>Clocks of hosts may differ by this much.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromHours(2);

    /// <summary>Null when it is believed; else why not, as the end of a sentence that begins with whose certificate it is.</summary>
    /// <param name="address">The address it must be for; null: any.</param>
    public static string? Explain(X509Certificate2 certificate, X509Certificate2 authority, DateTimeOffset now, IPAddress? address)
    {
        DateTimeOffset from = certificate.NotBefore;
        DateTimeOffset until = certificate.NotAfter;
        if (!IsSignedBy(certificate, authority, Within(now, from, until)))
        {
            return "is not of this cluster";
        }
        if (now > until + Skew)
        {
            return $"has expired on {Day(until)}: let that host join again, or compare the clocks of both";
        }
        if (now < from - Skew)
        {
            return $"is valid only from {Day(from)} on: compare the clocks of both hosts";
        }
        if (address is not null && !IsFor(certificate, address))
        {
            return $"is for {string.Join(' ', Addresses(certificate))}, not for {Plain(address)}: let that host join again with --address {Plain(address)}";
        }
        return null;
    }

    /// <summary>Nobody but the authority is trusted, nothing is fetched. For a handshake too: without one of ours it loads and sorts all
    /// authorities that the system trusts, which was most of what a connection between two hosts cost.</summary>
    public static X509ChainPolicy PolicyOf(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The host that a certificate names.</summary>
    public static string NameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>The addresses that a certificate is for.</summary>
    public static IReadOnlyList<IPAddress> Addresses(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateIPAddresses())];

    /// <summary>SHA-256 of the whole certificate, lower-case hexadecimal.</summary>
    public static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private static bool IsFor(X509Certificate2 certificate, IPAddress address) => Addresses(certificate).Contains(Plain(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority, DateTime at)
    {
        using X509Chain chain = new() { ChainPolicy = PolicyOf(authority) };
        // A moment at which it is valid: whether it is so now is asked apart, with patience for clocks that differ.
        chain.ChainPolicy.VerificationTime = at;
        return chain.Build(certificate);
    }

    private static DateTime Within(DateTimeOffset now, DateTimeOffset from, DateTimeOffset until) =>
        (now < from ? from.AddSeconds(1) : now > until ? until.AddSeconds(-1) : now).LocalDateTime;

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
