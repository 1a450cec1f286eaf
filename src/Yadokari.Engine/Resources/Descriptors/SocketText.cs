using System.Buffers.Binary;
using System.Net;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Writes socket addresses for people.</summary>
public static class SocketText
{
    /// <summary>tcp 127.0.0.1:80, udp [::]:53, unix /run/x, unix @abstract, netlink 4711.</summary>
    public static string Describe(int domain, int type, byte[] address) => domain switch
    {
        AF_UNIX => $"unix {UnixName(address)}",
        AF_INET or AF_INET6 => $"{(type switch { SOCK_STREAM => "tcp", SOCK_RAW => "raw", _ => "udp" })} {EndPoint(address)}",
        AF_NETLINK => $"netlink {NetlinkNumber(address)}",
        _ => $"family {domain}",
    };

    private static uint NetlinkNumber(byte[] address) => address.Length >= 8 ? BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(4)) : 0;

    /// <summary>The path, or @name of an abstract one, or (unnamed).</summary>
    public static string UnixName(byte[] address)
    {
        if (address.Length <= 2)
        {
            return "(unnamed)";
        }

        ReadOnlySpan<byte> name = address.AsSpan(2);
        return name[0] == 0 ? "@" + KernelText.Decode(name[1..]) : KernelText.Decode(name.TrimEnd((byte)0));
    }

    /// <summary>address:port, empty when not bound.</summary>
    public static string EndPoint(byte[] address)
    {
        if (address.Length >= 28 && address[0] == AF_INET6)
        {
            return new IPEndPoint(new IPAddress(address.AsSpan(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2))).ToString();
        }

        return address.Length >= 8 && address[0] == AF_INET
            ? new IPEndPoint(new IPAddress(address.AsSpan(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2))).ToString()
            : "";
    }
}
