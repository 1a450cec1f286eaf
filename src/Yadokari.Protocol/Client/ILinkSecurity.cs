using System.Net;
using System.Net.Security;

namespace Yadokari.Protocol.Client;

/// <summary>How connections to other hosts are secured: who this host is, and whom it believes. Thread-safe.</summary>
public interface ILinkSecurity
{
    /// <summary>For one connection, made anew each time: a renewed certificate is used from the next connection on.</summary>
    /// <param name="to">The other end; its certificate must be for this address.</param>
    /// <param name="refuse">Told, in one line for the user, why the other end is not believed.</param>
    /// <exception cref="Errors.YadoException">This host's own certificate can't be used.</exception>
    SslClientAuthenticationOptions ForConnection(IPEndPoint to, Action<string> refuse);

    /// <summary>Who this host is and whom it believes, in a word: when that becomes another, nothing more is asked by connections from before.</summary>
    string Basis => "";
}
