using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Yadokari.Daemon.Trust;

/// <summary>A host's own key, drawn on the host; it never leaves it.</summary>
public sealed class HostKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A request for a certificate (PKCS#10, PEM), signed by the key.</summary>
    public string Request(string name) =>
        new CertificateRequest(new X500DistinguishedName($"CN={name}"), _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>Writes the key and its certificate; both appear at once.</summary>
    /// <param name="authority">The cluster's certificate, PEM.</param>
    /// <param name="certificate">The host's, PEM.</param>
    /// <param name="authorityAddress">ADDR:PORT; null: as it was.</param>
    public void Save(TrustFiles files, string authority, string certificate, string? authorityAddress)
    {
        files.Create();
        TrustFiles.Write(files.AuthorityCertificate, authority);
        if (authorityAddress is not null)
        {
            TrustFiles.Write(files.AuthorityAddress, authorityAddress);
        }
        TrustFiles.Write(files.HostIdentity, certificate + "\n" + _key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => _key.Dispose();
}
