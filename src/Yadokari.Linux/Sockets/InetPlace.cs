using System.Buffers.Binary;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Address and port of an internet socket, comparable whichever family tells it: an IPv4 address stands as ::ffff:a.b.c.d.</summary>
/// <param name="Address">128 bits, as IPv6 writes them.</param>
/// <param name="Port">In the host's order.</param>
public readonly record struct InetPlace(UInt128 Address, int Port)
{
    private const ulong MappedPrefix = 0xffff_0000_0000;

    /// <summary>No address of a host: a socket bound to it takes what comes for any.</summary>
    public bool IsAnyAddress => Address == 0 || Address == MappedPrefix;

    /// <summary>From a struct sockaddr.</summary>
    /// <returns>Null for none, or one of another family.</returns>
    public static InetPlace? Of(ReadOnlySpan<byte> address)
    {
        if (address.Length >= 24 && address[0] == AF_INET6)
        {
            return new InetPlace(BinaryPrimitives.ReadUInt128BigEndian(address[8..]), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
        }

        return address.Length >= 8 && address[0] == AF_INET
            ? new InetPlace(MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address[4..]), BinaryPrimitives.ReadUInt16BigEndian(address[2..]))
            : null;
    }

    /// <summary>As struct inet_diag_sockid holds it: 4 or 16 bytes of address.</summary>
    internal static InetPlace Of(int family, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) => new(
        family == AF_INET ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address) : BinaryPrimitives.ReadUInt128BigEndian(address),
        BinaryPrimitives.ReadUInt16BigEndian(port));
}
