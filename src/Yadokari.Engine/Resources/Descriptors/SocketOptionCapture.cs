using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds the options of a socket that its program has set: those that differ from a new socket's.</summary>
internal static class SocketOptionCapture
{
    private const int HeaderIncluded = 3;
    private const int IcmpFilter = 1;

    private const int LargestSegment = 32767;
    private const int SendLock = 1;
    private const int ReceiveLock = 2;

    // socket(7), asm-generic/socket.h: DEBUG, REUSEADDR, DONTROUTE, BROADCAST, SNDBUF, RCVBUF, KEEPALIVE, OOBINLINE, NO_CHECK, LINGER,
    // REUSEPORT, PASSCRED, RCVLOWAT, RCVTIMEO, SNDTIMEO, BINDTODEVICE, TIMESTAMP, PASSSEC, TIMESTAMPNS, MARK,
    // TIMESTAMPING, RXQ_OVFL, WIFI_STATUS, PEEK_OFF, NOFCS, SELECT_ERR_QUEUE, BUSY_POLL, MAX_PACING_RATE, ZEROCOPY, TXTIME,
    // TIMESTAMP_NEW, TIMESTAMPNS_NEW, TIMESTAMPING_NEW, PREFER_BUSY_POLL, BUSY_POLL_BUDGET, BUF_LOCK, RESERVE_MEM, TXREHASH,
    // RCVMARK, PASSPIDFD, RCVPRIORITY, PASSRIGHTS. Not INCOMING_CPU, which the kernel moves along with the traffic.
    private static readonly int[] General =
    [
        1, 2, 5, 6, SO_SNDBUF, SO_RCVBUF, 9, 10, 11, 13, 15, 16, 18, 20, 21, 25, 29, 34, 35, 36, 37, 40, 41, 42, 43, 45, 46, 47, 60, 61,
        63, 64, 65, 69, 70, SO_BUF_LOCK, 73, 74, 75, 76, 81, 82,
    ];

    // PRIORITY: IP_TOS changes it.
    private static readonly int[] GeneralAtLast = [12];

    // tcp(7): NODELAY, MAXSEG, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, SYNCNT, LINGER2, DEFER_ACCEPT, WINDOW_CLAMP, CONGESTION,
    // THIN_LINEAR_TIMEOUTS, THIN_DUPACK, USER_TIMEOUT, FASTOPEN, NOTSENT_LOWAT, SAVE_SYN, FASTOPEN_CONNECT,
    // FASTOPEN_NO_COOKIE, INQ, TX_DELAY, RTO_MAX_MS, RTO_MIN_US, DELACK_MAX_US.
    private static readonly int[] Tcp = [1, TCP_MAXSEG, 3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 18, 23, 25, 27, 30, 34, 36, 37, 44, 45, 46];

    // Of a connection that is over: what it has become by itself means nothing any more.
    private static readonly int[] TcpOver = [1, 3, 4, 5, 6, 7, 8, 18, 36];

    // Of a connection, without what it finds out by itself (MAXSEG, WINDOW_CLAMP) and what only means something before.
    private static readonly int[] TcpConnected = [.. TcpOver, 13, 16, 17, 25, 37, 44, 45, 46];

    // ip(7): TOS, TTL, OPTIONS, RECVOPTS, RETOPTS, PKTINFO, MTU_DISCOVER, RECVERR, RECVTTL, RECVTOS, FREEBIND, PASSSEC, TRANSPARENT,
    // RECVORIGDSTADDR, MINTTL, CHECKSUM, BIND_ADDRESS_NO_PORT, RECVFRAGSIZE, RECVERR_RFC4884, MULTICAST_IF, MULTICAST_TTL,
    // MULTICAST_LOOP, MULTICAST_ALL, UNICAST_IF, LOCAL_PORT_RANGE.
    private static readonly int[] Ip = [1, 2, 4, 6, 7, 8, 10, 11, 12, 13, 15, 18, 19, 20, 21, 23, 24, 25, 26, 32, 33, 34, 49, 50, 51];

    // ipv6(7): 2292PKTINFO, 2292HOPOPTS, 2292DSTOPTS, 2292RTHDR, 2292HOPLIMIT, FLOWINFO, UNICAST_HOPS, MULTICAST_IF, MULTICAST_HOPS,
    // MULTICAST_LOOP, MTU_DISCOVER, RECVERR, V6ONLY, MULTICAST_ALL, RECVERR_RFC4884, FLOWINFO_SEND, RECVPKTINFO, RECVHOPLIMIT,
    // RECVHOPOPTS, RECVRTHDR, RECVDSTOPTS, RECVPATHMTU, DONTFRAG, RECVTCLASS, TCLASS, AUTOFLOWLABEL, ADDR_PREFERENCES,
    // MINHOPCOUNT, ORIGDSTADDR, TRANSPARENT, UNICAST_IF, RECVFRAGSIZE, FREEBIND.
    private static readonly int[] Ipv6 =
    [
        2, 3, 4, 5, 8, 11, 16, 17, 18, 19, 23, 25, 26, 29, 31, 33, 49, 51, 53, 56, 58, 60, 62, 66, 67, 70, 72, 73, 74, 75, 76, 77, 78,
    ];

    // Of a stream nobody may set them, and a connection changes them: MULTICAST_IF, MULTICAST_TTL, MULTICAST_LOOP; of IPv6 MULTICAST_IF,
    // MULTICAST_HOPS, MULTICAST_LOOP.
    private static readonly int[] IpStream = [.. Ip.Except([32, 33, 34])];
    private static readonly int[] Ipv6Stream = [.. Ipv6.Except([17, 18, 19])];

    // Nor may V6ONLY be set any more.
    private static readonly int[] Ipv6Connected = [.. Ipv6Stream.Except([26])];

    // udp(7): CORK, NO_CHECK6_TX, NO_CHECK6_RX, SEGMENT, GRO.
    private static readonly int[] Udp = [1, 101, 102, 103, 104];

    // udplite(7): SEND_CSCOV, RECV_CSCOV.
    private static readonly int[] Light = [10, 11];

    // CHECKSUM, HDRINCL.
    private static readonly int[] Raw6 = [7, 36];

    // netlink(7): PKTINFO, BROADCAST_ERROR, NO_ENOBUFS, LISTEN_ALL_NSID, CAP_ACK, EXT_ACK, GET_STRICT_CHK.
    private static readonly int[] Netlink = [3, 4, 5, 8, 10, 11, 12];

    // Set, they make another thing of a socket than can be made again: TCP_ULP (kernel TLS), TCP_AO_INFO; UDP_ENCAP; IPV6_HOPOPTS,
    // RTHDRDSTOPTS, RTHDR, DSTOPTS.
    private static readonly (int Level, int Option, string Name)[] Foreign =
    [
        (SOL_TCP, 31, "TCP_ULP"), (SOL_TCP, 40, "TCP_AO_INFO"), (SOL_UDP, 100, "UDP_ENCAP"),
        (SOL_IPV6, 54, "IPV6_HOPOPTS"), (SOL_IPV6, 55, "IPV6_RTHDRDSTOPTS"), (SOL_IPV6, 57, "IPV6_RTHDR"), (SOL_IPV6, 59, "IPV6_DSTOPTS"),
    ];

    /// <param name="over">A connection that is over.</param>
    /// <param name="connected">A TCP connection.</param>
    public static IReadOnlyList<SocketOptionImage> Read(SafeFileHandle socket, SocketFacts facts, bool over = false, bool connected = false)
    {
        using SafeFileHandle? fresh = SocketQuery.TryCreate(facts.Domain, facts.Type, facts.Protocol);
        if (fresh is null)
        {
            return [];
        }

        // The kernel sizes the buffers of TCP itself, as long as the program has not done so.
        int locked = SocketQuery.GetOption(socket, SOL_SOCKET, SO_BUF_LOCK) ?? SendLock | ReceiveLock;
        bool stream = facts is { Type: SOCK_STREAM, Domain: not AF_UNIX };
        List<SocketOptionImage> options = [];
        Compare(socket, fresh, SOL_SOCKET, General, options);
        if (stream)
        {
            options.RemoveAll(option => option.Level == SOL_SOCKET
                && ((option.Option == SO_SNDBUF && (locked & SendLock) == 0) || (option.Option == SO_RCVBUF && (locked & ReceiveLock) == 0)));
        }

        if (connected)
        {
            // While it is filled its buffers are larger: what was set is set again, also where it is the usual size.
            AddSize(socket, SO_SNDBUF, (locked & SendLock) != 0, options);
            AddSize(socket, SO_RCVBUF, (locked & ReceiveLock) != 0, options);
        }

        if (facts.Domain is AF_INET or AF_INET6)
        {
            Compare(socket, fresh, SOL_IP, stream ? IpStream : Ip, options);
            if (facts.Domain == AF_INET6)
            {
                Compare(socket, fresh, SOL_IPV6, connected ? Ipv6Connected : stream ? Ipv6Stream : Ipv6, options);
            }

            if (facts.Type == SOCK_STREAM)
            {
                Compare(socket, fresh, SOL_TCP, over ? TcpOver : connected ? TcpConnected : Tcp, options);
            }
            else if (facts.Type == SOCK_DGRAM)
            {
                Compare(socket, fresh, SOL_UDP, Udp, options);
                Compare(socket, fresh, SOL_UDPLITE, Light, options);
            }
            else if (facts.Type == SOCK_RAW)
            {
                Compare(socket, fresh, SOL_IP, [HeaderIncluded], options);
                Compare(socket, fresh, SOL_IPV6, Raw6, options);
                Compare(socket, fresh, SOL_RAW, [IcmpFilter], options);
                Compare(socket, fresh, SOL_ICMPV6, [IcmpFilter], options);
            }
        }

        if (facts.Domain == AF_NETLINK)
        {
            Compare(socket, fresh, SOL_NETLINK, Netlink, options);
            AddMemberships(socket, options);
        }

        Compare(socket, fresh, SOL_SOCKET, GeneralAtLast, options);
        LockBuffers(options, locked);
        return options;
    }

    /// <summary>The groups of a netlink socket, each joined by itself: an address has room for the first 32 only.</summary>
    private static void AddMemberships(SafeFileHandle socket, List<SocketOptionImage> options)
    {
        const int addMembership = 1, listMemberships = 9;
        byte[] groups = SocketQuery.GetRawOption(socket, SOL_NETLINK, listMemberships) ?? [];
        for (int i = 0; i < groups.Length * 8; i++)
        {
            if ((groups[i / 8] & (1 << (i % 8))) != 0)
            {
                options.Add(new SocketOptionImage(SOL_NETLINK, addMembership, BitConverter.GetBytes(i + 1)));
            }
        }
    }

    private static void AddSize(SafeFileHandle socket, int number, bool set, List<SocketOptionImage> options)
    {
        if (set && !options.Exists(option => option.Level == SOL_SOCKET && option.Option == number)
            && SocketQuery.GetOption(socket, SOL_SOCKET, number) is { } doubled)
        {
            options.Add(new SocketOptionImage(SOL_SOCKET, number, BitConverter.GetBytes(doubled / 2)));
        }
    }

    /// <summary>An option that can't be carried; null for none.</summary>
    public static string? FindForeign(SafeFileHandle socket, SocketFacts facts)
    {
        foreach ((int level, int option, string name) in Foreign)
        {
            bool mine = level switch
            {
                SOL_TCP => facts is { Type: SOCK_STREAM, Domain: not AF_UNIX, Protocol: SOL_TCP },
                SOL_UDP => facts is { Type: SOCK_DGRAM, Domain: not AF_UNIX },
                _ => facts.Domain == AF_INET6,
            };
            if (mine && SocketQuery.GetRawOption(socket, level, option) is { Length: > 0 } value && value.AsSpan().ContainsAnyExcept((byte)0))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Setting a size locks it: what was not locked is unlocked again.</summary>
    private static void LockBuffers(List<SocketOptionImage> options, int locked)
    {
        bool sized = options.Exists(option => option is { Level: SOL_SOCKET, Option: SO_SNDBUF or SO_RCVBUF });
        if (sized && !options.Exists(option => option is { Level: SOL_SOCKET, Option: SO_BUF_LOCK }))
        {
            options.Add(new SocketOptionImage(SOL_SOCKET, SO_BUF_LOCK, BitConverter.GetBytes(locked)));
        }
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
            if (level == SOL_SOCKET && number is SO_SNDBUF or SO_RCVBUF)
            {
                value = BitConverter.GetBytes(BitConverter.ToInt32(value) / 2);
            }

            // What an attempt to connect has found, rather than what was set: nobody may set such a size.
            if (level == SOL_TCP && number == TCP_MAXSEG && BitConverter.ToInt32(value) > LargestSegment)
            {
                continue;
            }

            options.Add(new SocketOptionImage(level, number, value));
        }
    }
}
