using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Protocol.Client;

/// <summary>What a host says of itself is believed only as far as its certificate says the same.</summary>
public static class HostHello
{
    /// <exception cref="YadoException">Not a yado host, or it calls itself by a name that is not its own.</exception>
    public static HostInfo Check(HostInfo host, ApiConnection api)
    {
        if (host.Protocol != ProtocolVersion.Word)
        {
            throw new YadoException(YadoError.Failed, $"{api.Place} answers, but is not a yado host: check address and port");
        }
        return api.PeerName is { } name && name != host.Name
            ? throw new YadoException(YadoError.Failed, $"{api.Place} calls itself '{(Limits.IsName(host.Name) ? host.Name : "?")}', but its certificate is for '{name}': it is not believed")
            : host;
    }
}
