using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Yadokari.Protocol;
using Yadokari.Protocol.Cluster;

namespace Yadokari.Daemon.Trust;

/// <summary>Who made a list of revoked certificates: the cluster's key, or nobody that matters.</summary>
public static class RevocationSignature
{
    /// <summary>Certificates in one list.</summary>
    public const int MaxEntries = 10_000;

    private const int MaxSerial = 64;

    public static RevocationList Sign(CertificateAuthority authority, long version, IReadOnlyList<RevokedCertificate> entries)
    {
        using ECDsa key = authority.Certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the authority has no key");
        return new RevocationList(version, entries, Convert.ToBase64String(key.SignData(Text(version, entries), HashAlgorithmName.SHA256)));
    }

    /// <summary>It is what the cluster's key has signed.</summary>
    public static bool IsGood(RevocationList list, X509Certificate2 authority)
    {
        if (list.Version < 1 || list.Entries.Count > MaxEntries || !list.Entries.All(IsEntry))
        {
            return false;
        }
        Span<byte> signature = stackalloc byte[256];
        using ECDsa? key = authority.GetECDsaPublicKey();
        return key is not null && Convert.TryFromBase64String(list.Signature, signature, out int length)
            && key.VerifyData(Text(list.Version, list.Entries), signature[..length], HashAlgorithmName.SHA256);
    }

    /// <summary>No field holds what parts them.</summary>
    private static bool IsEntry(RevokedCertificate entry) =>
        entry is not null && Limits.IsName(entry.Name) && entry.Serial.Length is > 0 and <= MaxSerial && entry.Serial.All(char.IsAsciiHexDigit);

    private static byte[] Text(long version, IReadOnlyList<RevokedCertificate> entries)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"yadokari revoked certificates\n{version}\n");
        foreach (RevokedCertificate entry in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Serial} {entry.Name} {entry.Revoked.ToUnixTimeMilliseconds()} {entry.Expires.ToUnixTimeMilliseconds()}\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
