using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>Who calls, as far as it can't be invented: the authenticated name, else the address. Of IPv6 the network, which one host
/// may have whole (RFC 6177).</summary>
internal static class Peer
{
    private const int NetworkBytes = 8;

    public static string Of(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? $"user {name}" : Of(context.Connection.RemoteIpAddress);

    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address.ToString();
    }
}
