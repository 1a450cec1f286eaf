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
    private Identity _identity;
    private DateTime _written;

    private HostCredentials(TrustFiles files, TimeProvider clock)
    {
        Files = files;
        _clock = clock;
        _identity = Read();
        Revocations = new Revocations(files, _identity.Authority);
    }

    public TrustFiles Files { get; }

    /// <summary>Certificates that are believed no more.</summary>
    public Revocations Revocations { get; }

    /// <summary>The name in the certificate.</summary>
    public string Name => CertificateCheck.NameOf(Certificate);

    /// <summary>This host's, with its private key.</summary>
    public X509Certificate2 Certificate => Current.Certificate;

    public X509Certificate2 Authority => _identity.Authority;

    public string Basis
    {
        get
        {
            Refresh();
            return string.Create(CultureInfo.InvariantCulture, $"{_written.Ticks} {Revocations.List.Version}");
        }
    }

    private Identity Current
    {
        get
        {
            Refresh();
            return _identity;
        }
    }

    /// <summary>Null when this host belongs to no cluster.</summary>
    /// <exception cref="YadoException">It does, but its files can't be used.</exception>
    public static HostCredentials? Load(HomeDirectory home, TimeProvider? clock = null)
    {
        TrustFiles files = TrustFiles.Of(home);
        return files.Exist ? new(files, clock ?? TimeProvider.System) : null;
    }

    public SslClientAuthenticationOptions ForConnection(IPEndPoint to, Action<string> refuse)
    {
        Identity own = Current;
        if (CertificateCheck.Explain(own.Certificate, own.Authority, _clock.GetUtcNow(), null) is { } reason)
        {
            throw new YadoException(YadoError.Failed, $"this host's own certificate {reason}");
        }
        return new SslClientAuthenticationOptions
        {
            TargetHost = to.Address.ToString(),
            EnabledSslProtocols = Versions,
            ClientCertificateContext = own.Context,
            CertificateChainPolicy = CertificateCheck.PolicyOf(own.Authority),
            AllowTlsResume = false,
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
    public SslServerAuthenticationOptions ForCallers(Action<string> refuse)
    {
        Identity own = Current;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own.Context,
            CertificateChainPolicy = CertificateCheck.PolicyOf(own.Authority),
            AllowTlsResume = false,
            EnabledSslProtocols = Versions,
            ClientCertificateRequired = true,
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
    }

    /// <summary>For callers that have no certificate: a host that wants to join, a browser.</summary>
    public SslServerAuthenticationOptions ForStrangers() => new()
    {
        ServerCertificateContext = Current.Context,
        AllowTlsResume = false,
        EnabledSslProtocols = Versions,
        ClientCertificateRequired = false,
    };

    /// <summary>Null when others can believe this host's own certificate now; else why not, as the end of a sentence that begins with it.</summary>
    /// <param name="address">The address it must be for; null: any.</param>
    public string? ExplainOwn(IPAddress? address)
    {
        Identity own = Current;
        return CertificateCheck.Explain(own.Certificate, own.Authority, _clock.GetUtcNow(), address) ?? ExplainRevoked(own.Certificate);
    }

    /// <summary>Null when the certificate was not revoked; else that it was, as the end of a sentence.</summary>
    public string? ExplainRevoked(X509Certificate2 certificate) => Revocations.Find(certificate.SerialNumber) is { } entry
        ? $"was revoked on {entry.Revoked.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
        : null;

    private string? ExplainPeer(X509Certificate? certificate, IPAddress? address) => certificate is X509Certificate2 known
        ? CertificateCheck.Explain(known, Authority, _clock.GetUtcNow(), address) ?? ExplainRevoked(known)
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
                _identity = Read();
            }
            catch (YadoException)
            {
                // Taken away or damaged while this runs: what is at hand goes on to be used, the next start tells.
            }
        }
    }

    private Identity Read()
    {
        _written = File.GetLastWriteTimeUtc(Files.HostIdentity);
        string own = TrustFiles.Read(Files.HostIdentity, isKey: true);
        string authority = TrustFiles.Read(Files.AuthorityCertificate, isKey: false);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(own, own);
            return new Identity(certificate, X509Certificate2.CreateFromPem(authority), SslStreamCertificateContext.Create(certificate, null, offline: true));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new YadoException(YadoError.Failed, $"the certificate or key in {Files.Directory} is damaged: join the cluster again", failure);
        }
    }

    /// <param name="Context">Of the certificate. Made once: it is looked for among all that the system trusts meanwhile.</param>
    private sealed record Identity(X509Certificate2 Certificate, X509Certificate2 Authority, SslStreamCertificateContext Context);
}
