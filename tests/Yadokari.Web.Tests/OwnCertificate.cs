using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Yadokari.Web.Entry;

namespace Yadokari.Web.Tests;

/// <summary>A certificate for 127.0.0.1 that only <see cref="Client"/> believes.</summary>
internal sealed class OwnCertificate : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public OwnCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(new X500DistinguishedName("CN=h1"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>An end on 127.0.0.1 at any free port.</summary>
    public SecuredEnd End => new(
        new IPEndPoint(IPAddress.Loopback, 0), [IPAddress.Loopback], () => new SslServerAuthenticationOptions { ServerCertificate = _certificate });

    /// <summary>Keeps cookies as a browser does.</summary>
    public HttpClient Client() => new(new HttpClientHandler
    {
        CookieContainer = new CookieContainer(),
        ServerCertificateCustomValidationCallback = (_, given, _, _) => given?.Thumbprint == _certificate.Thumbprint,
    });

    public void Dispose() => _certificate.Dispose();
}
