using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Yadokari.Protocol.Client;

namespace Yadokari.Daemon.Trust;

/// <summary>The link of a host that has no certificate yet to the one that gives certificates out.</summary>
/// <param name="authority">The other end must have a certificate of it; null: whoever is there is asked for the
/// authority's certificate, which is then compared with the token, before anything secret is said.</param>
internal sealed class JoiningLink(X509Certificate2? authority) : ILinkSecurity
{
    public SslClientAuthenticationOptions ForConnection(IPEndPoint to, Action<string> refuse) => new()
    {
        TargetHost = PeerDoor.JoinName,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            if (authority is null)
            {
                return true;
            }
            string? wrong = certificate is X509Certificate2 known
                ? CertificateCheck.Explain(known, authority, DateTimeOffset.UtcNow, to.Address)
                : "is missing";
            if (wrong is not null)
            {
                refuse($"{to} is not believed: its certificate {wrong}");
            }
            return wrong is null;
        },
    };
}
