using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Sockets;

/// <summary>The dialogue of sock_diag(7): one question, many messages.</summary>
internal static unsafe class SockDiag
{
    private const int DiagByFamily = 20;
    private const int RequestDump = 1 | 0x300;
    private const int ErrorMessage = 2;
    private const int DoneMessage = 3;
    private const int HeaderSize = 16;

    public delegate void Receiver(ReadOnlySpan<byte> message);

    /// <summary>Asks for all sockets that fit, and hands on each message without its netlink header.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static void Dump(SafeFileHandle netlink, ReadOnlySpan<byte> body, Receiver receive)
    {
        Span<byte> request = stackalloc byte[HeaderSize + body.Length];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], DiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], RequestDump);
        body.CopyTo(request[HeaderSize..]);
        fixed (byte* start = request)
        {
            LinuxCall.Check("sendto(NETLINK_SOCK_DIAG)", null, SystemCall.Sendto, netlink.DangerousGetHandle(), (nint)start, request.Length);
        }

        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            long got;
            fixed (byte* start = buffer)
            {
                got = LinuxCall.Check("recvfrom(NETLINK_SOCK_DIAG)", null, SystemCall.Recvfrom,
                    netlink.DangerousGetHandle(), (nint)start, buffer.Length);
            }

            ReadOnlySpan<byte> rest = buffer.AsSpan(0, (int)got);
            while (rest.Length >= HeaderSize)
            {
                // struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port.
                int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                int type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
                if (type == DoneMessage)
                {
                    GC.KeepAlive(netlink);
                    return;
                }

                if (type == ErrorMessage)
                {
                    throw new SystemCallException("sock_diag", -BinaryPrimitives.ReadInt32LittleEndian(rest[HeaderSize..]));
                }

                if (length < HeaderSize || length > rest.Length)
                {
                    throw new SystemCallException("sock_diag", Errno.EIO, "torn answer");
                }

                receive(rest[HeaderSize..length]);
                int step = (length + 3) & ~3;
                rest = step >= rest.Length ? default : rest[step..];
            }
        }
    }
}
