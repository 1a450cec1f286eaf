using System.Net;
using System.Net.Security;

namespace Yadokari.Web.Entry;

/// <summary>Where the page is served by HTTPS.</summary>
/// <param name="At">Port 0: any free one.</param>
/// <param name="Addresses">Those that the certificate is for: a request must be for one of them.</param>
/// <param name="Handshake">Asked at each connection, since a certificate may have been renewed.</param>
public sealed record SecuredEnd(IPEndPoint At, IReadOnlyList<IPAddress> Addresses, Func<SslServerAuthenticationOptions> Handshake);
