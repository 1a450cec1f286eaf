namespace Yadokari.Linux.Abi;

/// <summary>Levels, options, families and flags of sockets (socket(7), ip(7), ipv6(7), tcp(7)). Named as there.</summary>
public static class Socket
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;
    public const int AF_PACKET = 17;

    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_SEQPACKET = 5;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;

    public const int SOL_IP = 0;
    public const int SOL_SOCKET = 1;
    public const int SOL_TCP = 6;
    public const int SOL_UDP = 17;
    public const int SOL_IPV6 = 41;
    public const int SOL_ICMPV6 = 58;
    public const int SOL_UDPLITE = 136;
    public const int SOL_RAW = 255;
    public const int SOL_NETLINK = 270;

    public const int IPPROTO_ICMP = 1;
    public const int IPPROTO_IGMP = 2;
    public const int IPPROTO_TCP = 6;
    public const int IPPROTO_UDP = 17;
    public const int IPPROTO_ICMPV6 = 58;
    public const int IPPROTO_UDPLITE = 136;
    public const int IPPROTO_MPTCP = 262;

    public const int SO_REUSEADDR = 2;
    public const int SO_TYPE = 3;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_LINGER = 13;
    public const int SO_REUSEPORT = 15;
    public const int SO_PASSCRED = 16;
    public const int SO_PEERCRED = 17;
    public const int SO_SNDTIMEO = 21;
    public const int SO_BINDTODEVICE = 25;
    public const int SO_ATTACH_FILTER = 26;
    public const int SO_ACCEPTCONN = 30;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_PROTOCOL = 38;
    public const int SO_DOMAIN = 39;
    public const int SO_PEEK_OFF = 42;
    public const int SO_LOCK_FILTER = 44;
    public const int SO_BUF_LOCK = 72;

    public const int TCP_MAXSEG = 2;
    public const int TCP_INFO = 11;
    public const int TCP_QUICKACK = 12;
    public const int TCP_REPAIR = 19;
    public const int TCP_REPAIR_QUEUE = 20;
    public const int TCP_QUEUE_SEQ = 21;

    public const int IP_FREEBIND = 15;
    public const int IP_BIND_ADDRESS_NO_PORT = 24;
    public const int IP_LOCAL_PORT_RANGE = 51; // Linux 6.3

    public const int IPV6_FREEBIND = 78;

    public const int MCAST_JOIN_GROUP = 42;
    public const int MCAST_MSFILTER = 48;

    public const int MSG_OOB = 0x1;
    public const int MSG_PEEK = 0x2;
    public const int MSG_CTRUNC = 0x8;
    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_WAITALL = 0x100;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;

    public const int SCM_RIGHTS = 1;
    public const int SCM_CREDENTIALS = 2;
    public const int SCM_PIDFD = 4;
}
