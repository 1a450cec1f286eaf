using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>Who this host is, and both ends of mutual TLS with it. Reads the files again when they have been renewed. Thread-safe.</summary>
public sealed class HostCredentials : ILinkSecurity
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private X509Certificate2 _certificate;
    private X509Certificate2 _authority;
    private DateTime _written;

    private HostCredentials(TrustFiles files, TimeProvider clock)
    {
        Files = files;
        _clock = clock;
        (_certificate, _authority) = Read();
        Revocations = new Revocations(files, _authority);
    }

    public TrustFiles Files { get; }

    /// <summary>Certificates that are believed no more.</summary>
    public Revocations Revocations { get; }

    /// <summary>The name in the certificate.</summary>
    public string Name => CertificateCheck.NameOf(Certificate);

    /// <summary>This host's, with its private key.</summary>
    public X509Certificate2 Certificate
    {
        get
        {
            Refresh();
            return _certificate;
        }
    }

    public X509Certificate2 Authority => _authority;

    /// <summary>Null when this host belongs to no cluster.</summary>
    /// <exception cref="YadoException">It does, but its files can't be used.</exception>
    public static HostCredentials? Load(HomeDirectory home, TimeProvider? clock = null)
    {
        TrustFiles files = TrustFiles.Of(home);
        return files.Exist ? new(files, clock ?? TimeProvider.System) : null;
    }

    public SslClientAuthenticationOptions ForConnection(IPEndPoint to, Action<string> refuse)
    {
        X509Certificate2 own = Certificate;
        if (CertificateCheck.Explain(own, _authority, _clock.GetUtcNow(), null) is { } reason)
        {
            throw new YadoException(1, $"this host's own certificate {reason}");
        }
        return new SslClientAuthenticationOptions
        {
            TargetHost = to.Address.ToString(),
            EnabledSslProtocols = Versions,
            ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                string? wrong = ExplainPeer(certificate, to.Address);
                if (wrong is not null)
                {
                    refuse($"{to} is not believed: its certificate {wrong}");
                }
                return wrong is null;
            },
        };
    }

    /// <summary>For the daemon's door: only hosts of the cluster get through the handshake.</summary>
    /// <param name="refuse">Told why a caller was refused.</param>
    public SslServerAuthenticationOptions ForCallers(Action<string> refuse) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, null, offline: true),
        EnabledSslProtocols = Versions,
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            string? wrong = ExplainPeer(certificate, null);
            if (wrong is not null)
            {
                refuse(wrong);
            }
            return wrong is null;
        },
    };

    /// <summary>For a host that has no certificate yet.</summary>
    public SslServerAuthenticationOptions ForJoining() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, null, offline: true),
        EnabledSslProtocols = Versions,
        ClientCertificateRequired = false,
    };

    /// <summary>Null when the certificate was not revoked; else that it was, as the end of a sentence.</summary>
    public string? ExplainRevoked(X509Certificate2 certificate) => Revocations.Find(certificate.SerialNumber) is { } entry
        ? $"was revoked on {entry.Revoked.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
        : null;

    private string? ExplainPeer(X509Certificate? certificate, IPAddress? address) => certificate is X509Certificate2 known
        ? CertificateCheck.Explain(known, _authority, _clock.GetUtcNow(), address) ?? ExplainRevoked(known)
        : "is missing";

    private void Refresh()
    {
        if (File.GetLastWriteTimeUtc(Files.HostIdentity) == _written)
        {
            return;
        }
        lock (_lock)
        {
            try
            {
                (_certificate, _authority) = Read();
            }
            catch (YadoException)
            {
                // Taken away or damaged while this runs: what is at hand goes on to be used, the next start tells.
            }
        }
    }

    private (X509Certificate2 Own, X509Certificate2 Authority) Read()
    {
        _written = File.GetLastWriteTimeUtc(Files.HostIdentity);
        string own = TrustFiles.Read(Files.HostIdentity, isKey: true);
        string authority = TrustFiles.Read(Files.AuthorityCertificate, isKey: false);
        try
        {
            return (X509Certificate2.CreateFromPem(own, own), X509Certificate2.CreateFromPem(authority));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new YadoException(1, $"the certificate or key in {Files.Directory} is damaged: join the cluster again", failure);
        }
    }
}
