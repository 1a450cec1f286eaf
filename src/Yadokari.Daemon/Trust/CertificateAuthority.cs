using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>Signs the certificates of a cluster's hosts (ECDSA P-256).</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>A host's certificate is renewed by its daemon long before it ends.</summary>
    public static readonly TimeSpan HostValidity = TimeSpan.FromDays(90);

    private static readonly TimeSpan OwnValidity = TimeSpan.FromDays(3650);

    /// <summary>A host whose clock is behind accepts a certificate at once.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromDays(1);

    private const int MaxAddresses = 64;

    private CertificateAuthority(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Draws the key of a new cluster and writes it.</summary>
    public static CertificateAuthority Create(TrustFiles files, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(
            new X500DistinguishedName($"CN=yadokari cluster {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        X509Certificate2 certificate = request.CreateSelfSigned(now - Backdated, now + OwnValidity);
        files.Create();
        TrustFiles.Write(files.AuthorityKey, key.ExportPkcs8PrivateKeyPem());
        TrustFiles.Write(files.AuthorityCertificate, certificate.ExportCertificatePem());
        return new(certificate);
    }

    /// <exception cref="YadoException">This host has no authority.</exception>
    public static CertificateAuthority Load(TrustFiles files)
    {
        if (!files.HasAuthority)
        {
            throw new YadoException(YadoError.Failed, "this host does not make the cluster's certificates: ask on the host where 'yado cluster init' was called");
        }
        string key = TrustFiles.Read(files.AuthorityKey, isKey: true);
        try
        {
            return new(X509Certificate2.CreateFromPem(TrustFiles.Read(files.AuthorityCertificate, isKey: false), key));
        }
        catch (CryptographicException failure)
        {
            throw new YadoException(YadoError.Failed, $"the cluster's key in {files.Directory} is damaged: {failure.Message}", failure);
        }
    }

    /// <summary>Signs a host's request. Only its key is taken from it: name, addresses and use are said here.</summary>
    /// <param name="request">PKCS#10, PEM. Its own signature shows that the host has the key.</param>
    /// <exception cref="YadoException">Not such a request, or no name; exit status 2.</exception>
    public X509Certificate2 Issue(string request, string name, IReadOnlyList<IPAddress> addresses, DateTimeOffset now)
    {
        if (!Limits.IsName(name))
        {
            throw new YadoException(YadoError.WrongUsage, "the host's name is none: letters, digits, dot, hyphen and underscore");
        }
        if (addresses.Count is 0 or > MaxAddresses)
        {
            throw new YadoException(YadoError.WrongUsage, $"a host has 1 to {MaxAddresses} addresses, not {addresses.Count}");
        }
        CertificateRequest asked;
        try
        {
            asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new YadoException(YadoError.WrongUsage, "the request for a certificate is damaged or its signature is wrong", failure);
        }
        CertificateRequest host = new(new X500DistinguishedName($"CN={name}"), asked.PublicKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (IPAddress address in addresses)
        {
            names.AddIpAddress(address);
        }
        host.CertificateExtensions.Add(names.Build());
        host.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        host.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        host.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false)); // server and client
        host.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        // Within the authority's own time, also when a clock was set back since.
        DateTimeOffset from = Later(now - Backdated, Certificate.NotBefore);
        DateTimeOffset until = Later(from.AddHours(1), Earlier(now + HostValidity, Certificate.NotAfter));
        return host.Create(Certificate, from, until, serial);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    public void Dispose() => Certificate.Dispose();
}
