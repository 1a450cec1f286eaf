using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Asks the kernel about unix sockets of one network namespace (sock_diag(7)). Needs no privilege.</summary>
public static class UnixDiag
{
    private const int SockDiagProtocol = 4;
    private const int RawSocket = SOCK_RAW | SOCK_CLOEXEC;
    private const uint ShowAll = 0x1 | 0x2 | 0x4 | 0x8 | 0x10;

    /// <summary>A netlink socket for the questions, in the network namespace of the calling thread. The caller owns it.</summary>
    /// <exception cref="SystemCallException">The kernel has no sock_diag.</exception>
    public static SafeFileHandle Open() => new(
        (nint)LinuxCall.Check("socket(NETLINK_SOCK_DIAG)", null, SystemCall.Socket, AF_NETLINK, RawSocket, SockDiagProtocol),
        ownsHandle: true);

    /// <summary>Every unix socket of the namespace, by inode.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static IReadOnlyDictionary<uint, UnixSocketFacts> ReadAll(SafeFileHandle netlink)
    {
        // struct unix_diag_req: u8 family, u8 protocol, u16, u32 states, u32 inode, u32 show, u32 cookie[2].
        Span<byte> request = stackalloc byte[24];
        request.Clear();
        request[0] = AF_UNIX;
        BinaryPrimitives.WriteUInt32LittleEndian(request[4..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request[12..], ShowAll);
        Dictionary<uint, UnixSocketFacts> sockets = [];
        SockDiag.Dump(netlink, request, message =>
        {
            UnixSocketFacts facts = Parse(message);
            sockets[facts.Inode] = facts;
        });
        return sockets;
    }

    private static UnixSocketFacts Parse(ReadOnlySpan<byte> message)
    {
        // struct unix_diag_msg: u8 family, u8 type, u8 state, u8, u32 inode, u32 cookie[2]; then attributes.
        int type = message[1];
        int state = message[2];
        uint inode = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
        byte[] name = [];
        uint peer = 0, fileInode = 0, fileDevice = 0, receive = 0, send = 0;
        uint[] pending = [];
        int shutdown = 0;
        bool hasPeer = false;
        ReadOnlySpan<byte> rest = message[16..];
        while (rest.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (length < 4 || length > rest.Length)
            {
                break;
            }

            ReadOnlySpan<byte> value = rest[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]))
            {
                case 0:
                    name = value.ToArray();
                    break;
                case 1:
                    fileInode = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    fileDevice = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
                    break;
                case 2:
                    peer = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    hasPeer = true;
                    break;
                case 3:
                    pending = new uint[value.Length / 4];
                    for (int index = 0; index < pending.Length; index++)
                    {
                        pending[index] = BinaryPrimitives.ReadUInt32LittleEndian(value[(4 * index)..]);
                    }

                    break;
                case 4:
                    receive = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    send = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
                    break;
                case 6:
                    shutdown = value[0];
                    break;
            }

            int step = (length + 3) & ~3;
            rest = step >= rest.Length ? default : rest[step..];
        }

        return new UnixSocketFacts(inode, type, state, name, peer, fileInode, fileDevice, pending, receive, send, shutdown) { PeerIsGone = hasPeer && peer == 0 };
    }
}
