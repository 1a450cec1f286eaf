using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Asks the kernel about internet sockets of one network namespace (sock_diag(7)). Needs no privilege.</summary>
public static class InetDiag
{
    private const int RequestBody = 56;
    private const int MessageLength = 72;
    private const int InodeOffset = 68;
    private const int ShutdownAttribute = 8; // INET_DIAG_SHUTDOWN

    /// <summary>Which directions of each UDP socket are shut down: 1 receiving, 2 sending; by inode. Sockets without a port are
    /// not told.</summary>
    /// <param name="netlink">As <see cref="UnixDiag.Open"/> gives it.</param>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <exception cref="SystemCallException">The kernel refused (ENOENT: it has no udp_diag).</exception>
    public static IReadOnlyDictionary<uint, int> ReadUdpShutdown(SafeFileHandle netlink, int family)
    {
        // struct inet_diag_req_v2: u8 family, u8 protocol, u8 ext, u8, u32 states, struct inet_diag_sockid (48 bytes).
        Span<byte> body = stackalloc byte[RequestBody];
        body.Clear();
        body[0] = (byte)family;
        body[1] = IPPROTO_UDP;
        body[2] = 1 << (ShutdownAttribute - 1);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], uint.MaxValue);
        Dictionary<uint, int> sockets = [];
        SockDiag.Dump(netlink, body, message =>
        {
            // struct inet_diag_msg: 4 × u8, sockid 48 bytes, u32 expires, rqueue, wqueue, uid, inode; then attributes.
            if (message.Length < MessageLength)
            {
                return;
            }

            uint inode = BinaryPrimitives.ReadUInt32LittleEndian(message[InodeOffset..]);
            ReadOnlySpan<byte> rest = message[MessageLength..];
            while (rest.Length >= 4)
            {
                int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                if (length < 5 || length > rest.Length)
                {
                    break;
                }

                if (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) == ShutdownAttribute)
                {
                    sockets[inode] = rest[4];
                }

                int step = (length + 3) & ~3;
                rest = step >= rest.Length ? default : rest[step..];
            }
        });
        return sockets;
    }

    /// <summary>Every TCP socket of the namespace, of both families.</summary>
    /// <param name="netlink">As <see cref="UnixDiag.Open"/> gives it.</param>
    /// <exception cref="SystemCallException">The kernel refused (ENOENT: it has no tcp_diag).</exception>
    public static IReadOnlyList<TcpSocketFacts> ReadTcp(SafeFileHandle netlink)
    {
        List<TcpSocketFacts> sockets = [];
        Span<byte> body = stackalloc byte[RequestBody];
        foreach (int family in (ReadOnlySpan<int>)[AF_INET, AF_INET6])
        {
            body.Clear();
            body[0] = (byte)family;
            body[1] = IPPROTO_TCP;
            BinaryPrimitives.WriteUInt32LittleEndian(body[4..], uint.MaxValue);
            SockDiag.Dump(netlink, body, message =>
            {
                // struct inet_diag_msg: family, state, timer, retrans; sockid: ports at 4 and 6, addresses at 8 and 24, interface, cookie; rqueue at 56.
                if (message.Length >= MessageLength)
                {
                    sockets.Add(new TcpSocketFacts(
                        BinaryPrimitives.ReadUInt32LittleEndian(message[InodeOffset..]),
                        message[1],
                        InetPlace.Of(message[0], message[8..], message[4..]),
                        InetPlace.Of(message[0], message[24..], message[6..]),
                        BinaryPrimitives.ReadUInt32LittleEndian(message[56..])));
                }
            });
        }

        return sockets;
    }
}
