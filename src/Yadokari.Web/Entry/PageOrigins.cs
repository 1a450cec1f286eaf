using System.Net;
using Yadokari.Protocol.Errors;

namespace Yadokari.Web.Entry;

/// <summary>
/// The addresses by which the page is opened: what a request may say as its Host, and the Origin that goes with it. They are known
/// before the first request. What a proxy says of a request (Forwarded, X-Forwarded-…) is never looked at: anybody can say it.
/// </summary>
public sealed class PageOrigins
{
    private const string Https = "https";

    private readonly string _scheme;
    private readonly IReadOnlyList<string> _hosts;

    private PageOrigins(string scheme, IReadOnlyList<string> hosts, string? outside) => (_scheme, _hosts, Outside) = (scheme, hosts, outside);

    /// <summary>As what a proxy serves the page; null: there is none.</summary>
    public string? Outside { get; }

    /// <summary>Browsers come by TLS, so the cookie is for TLS only.</summary>
    public bool IsSecure => _scheme == Https || Outside is not null;

    /// <summary>By HTTP on this machine only.</summary>
    /// <param name="outside">Of <see cref="ParseOutside"/>.</param>
    public static PageOrigins OfLoopback(string? outside) => new("http", ["127.0.0.1", "localhost"], outside);

    /// <summary>By HTTPS, at the addresses that the certificate is for.</summary>
    /// <param name="at">Where it listens; any address: at all of them.</param>
    /// <param name="outside">Of <see cref="ParseOutside"/>.</param>
    public static PageOrigins OfCertificate(IPAddress at, IReadOnlyList<IPAddress> addresses, string? outside)
    {
        // The first one is printed: the one that was asked for, else one that leads here from elsewhere too.
        IEnumerable<IPAddress> ordered = addresses.OrderBy(a => a.Equals(at) ? 0 : IPAddress.IsLoopback(a) ? 2 : 1);
        return new(Https, [.. ordered.Select(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{a}]" : a.ToString())], outside);
    }

    /// <summary>Reads https://NAME[:PORT], and gives it as browsers write it in Origin.</summary>
    /// <exception cref="YadoException">It is something else; exit status 2.</exception>
    public static string ParseOutside(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Host.Length == 0 || address.UserInfo.Length > 0)
        {
            throw Wrong(text, "it is no address as https://jobs.example.org or https://jobs.example.org:8443");
        }
        if (address.Scheme != Https)
        {
            throw Wrong(text, "only https:// is served by a proxy: who reads along on the way could act as you");
        }
        if (address.PathAndQuery != "/" || address.Fragment.Length > 0)
        {
            throw Wrong(text, "the page needs a name or a port of its own, without a path");
        }
        string host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        return address.IsDefaultPort ? $"{Https}://{host}" : $"{Https}://{host}:{address.Port}";
    }

    /// <summary>The origin of the page that a request is for.</summary>
    /// <param name="host">As the request says it.</param>
    /// <param name="port">At which it came.</param>
    /// <returns>Null: it is for something else.</returns>
    public string? Find(string host, int port) =>
        _hosts.Any(own => host == Authority(own, port)) ? $"{_scheme}://{host}"
        : Outside == $"{Https}://{host}" ? Outside
        : null;

    /// <summary>The address to be printed, without the token.</summary>
    public string Printed(int port) => Outside ?? $"{_scheme}://{Authority(_hosts[0], port)}";

    /// <summary>As browsers write it: without the port that is usual for the scheme.</summary>
    private string Authority(string host, int port) => port == (_scheme == Https ? 443 : 80) ? host : $"{host}:{port}";

    private static YadoException Wrong(string text, string why) =>
        new(YadoError.WrongUsage, $"the page can't be behind '{text}': {why}");
}
