using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds the options of a socket that its program has set: those that differ from a new socket's.</summary>
internal static class SocketOptionCapture
{
    private const int SocketLevel = SocketQuery.SocketLevel;
    private const int IpLevel = 0;
    private const int TcpLevel = 6;
    private const int Ipv6Level = 41;
    private const int UdpLevel = 17;

    private const int SendBuffer = 7;
    private const int ReceiveBuffer = 8;

    // socket(7): REUSEADDR, BROADCAST, SNDBUF, RCVBUF, KEEPALIVE, OOBINLINE, PRIORITY, LINGER, REUSEPORT, PASSCRED, RCVLOWAT,
    // RCVTIMEO, SNDTIMEO, BINDTODEVICE, TIMESTAMP, PASSSEC, TIMESTAMPNS, MARK, RXQ_OVFL, PEEK_OFF, BUSY_POLL,
    // TIMESTAMPING, ZEROCOPY.
    private static readonly int[] General = [2, 5, 6, SendBuffer, ReceiveBuffer, 9, 10, 12, 13, 15, 16, 18, 20, 21, 25, 29, 34, 35, 36, 37, 40, 42, 46, 60];

    // tcp(7): NODELAY, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, SYNCNT, LINGER2, DEFER_ACCEPT, CONGESTION, USER_TIMEOUT, FASTOPEN, NOTSENT_LOWAT, FASTOPEN_CONNECT; MAXSEG.
    private static readonly int[] Tcp = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 18, 23, 25, 30];

    // ip(7): TOS, TTL, PKTINFO, MTU_DISCOVER, RECVERR, RECVTTL, RECVTOS, FREEBIND, TRANSPARENT, BIND_ADDRESS_NO_PORT,
    // MULTICAST_IF, MULTICAST_TTL, MULTICAST_LOOP, MULTICAST_ALL.
    private static readonly int[] Ip = [1, 2, 8, 10, 11, 12, 13, 15, 19, 24, 32, 33, 34, 49];

    // ipv6(7): UNICAST_HOPS, MULTICAST_HOPS, MULTICAST_LOOP, MTU_DISCOVER, RECVERR, V6ONLY, RECVPKTINFO, RECVHOPLIMIT,
    // RECVTCLASS, TCLASS.
    private static readonly int[] Ipv6 = [16, 18, 19, 23, 25, 26, 49, 51, 66, 67];

    // udp(7): SEGMENT, GRO.
    private static readonly int[] Udp = [103, 104];

    public static IReadOnlyList<SocketOptionImage> Read(SafeFileHandle socket, SocketFacts facts)
    {
        using SafeFileHandle? fresh = SocketQuery.TryCreate(facts.Domain, facts.Type, facts.Protocol);
        if (fresh is null)
        {
            return [];
        }

        List<SocketOptionImage> options = [];
        Compare(socket, fresh, SocketLevel, General, options);
        if (facts.Domain is SocketFacts.Inet or SocketFacts.Inet6)
        {
            Compare(socket, fresh, IpLevel, Ip, options);
            if (facts.Domain == SocketFacts.Inet6)
            {
                Compare(socket, fresh, Ipv6Level, Ipv6, options);
            }

            if (facts.Type == SocketFacts.Stream)
            {
                Compare(socket, fresh, TcpLevel, Tcp, options);
            }
            else if (facts.Type == SocketFacts.Datagram)
            {
                Compare(socket, fresh, UdpLevel, Udp, options);
            }
        }

        return options;
    }

    private static void Compare(SafeFileHandle socket, SafeFileHandle fresh, int level, int[] numbers, List<SocketOptionImage> options)
    {
        foreach (int number in numbers)
        {
            byte[]? value = SocketQuery.GetRawOption(socket, level, number);
            byte[]? usual = SocketQuery.GetRawOption(fresh, level, number);
            if (value is null || usual is null || value.AsSpan().SequenceEqual(usual))
            {
                continue;
            }

            // The kernel doubles the sizes that are set and tells the doubled ones (socket(7)).
            if (level == SocketLevel && number is SendBuffer or ReceiveBuffer)
            {
                value = BitConverter.GetBytes(BitConverter.ToInt32(value) / 2);
            }

            options.Add(new SocketOptionImage(level, number, value));
        }
    }
}
