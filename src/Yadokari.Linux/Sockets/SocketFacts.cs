using System.Buffers.Binary;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>What a socket is.</summary>
/// <param name="Domain">AF_* number.</param>
/// <param name="Type">SOCK_STREAM 1, SOCK_DGRAM 2, SOCK_RAW 3, SOCK_SEQPACKET 5.</param>
/// <param name="Protocol">Protocol number; 0 for unix sockets.</param>
/// <param name="Listening">listen(2) was called.</param>
/// <param name="LocalAddress">struct sockaddr as getsockname(2) gives it, family first.</param>
/// <param name="PeerAddress">struct sockaddr of the peer; null when not connected.</param>
public sealed record SocketFacts(int Domain, int Type, int Protocol, bool Listening, byte[] LocalAddress, byte[]? PeerAddress)
{
    /// <summary>Of a netlink socket: by which the kernel answers it (nl_pid); else, and when it has none yet, 0.</summary>
    public uint NetlinkNumber => Domain == AF_NETLINK && LocalAddress.Length >= 8 ? BinaryPrimitives.ReadUInt32LittleEndian(LocalAddress.AsSpan(4)) : 0;

    /// <summary>The socket has an address of its own (a unix socket: a name).</summary>
    public bool IsBound => Domain switch
    {
        AF_UNIX => LocalAddress.Length > 2,
        AF_NETLINK => NetlinkNumber != 0,
        AF_INET or AF_INET6 => LocalAddress.Length > 3 && (LocalAddress[2] | LocalAddress[3]) != 0,
        _ => false,
    };
}
