using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Sorts the sockets of one scan into images or obstacles.</summary>
internal sealed partial class SocketScanner(
    int pid, SafeFileHandle? givenDiag, TcpTable tcp, TcpRule rule, bool frozen, JobPaths paths, WatchedFiles places, List<OpenDescription> descriptions, SharedDescriptions shared, List<Obstacle> obstacles)
{
    private const int Established = 1;
    private const int ShutDownBoth = 3;

    // UDP, UDP-Lite and, without any privilege, the echo of ICMP and ICMPv6.
    private static readonly int[] DatagramProtocols = [IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP, IPPROTO_ICMPV6];

    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<int, IReadOnlyDictionary<uint, int>> _udpShutdown = [];
    private IReadOnlyDictionary<uint, UnixSocketFacts>? _unixSockets;

    public DescriptorImage? Scan(OpenDescription description)
    {
        SocketFacts facts = SocketQuery.Describe(description.Handle);
        return facts.Domain switch
        {
            AF_UNIX => ScanUnix(description, facts),
            AF_INET or AF_INET6 => ScanInet(description, facts),
            AF_NETLINK => ScanNetlink(description, facts),
            AF_PACKET => Refuse(description, "packet-socket", "a packet socket belongs to this host's network; close it"),
            _ => Refuse(description, "socket-family", $"sockets of family {facts.Domain} can't be carried; close it"),
        };
    }

    private DescriptorImage? ScanInet(OpenDescription description, SocketFacts facts)
    {
        // Who routes multicast (IGMP) has tables in the kernel.
        if ((facts.Type == SOCK_DGRAM && DatagramProtocols.Contains(facts.Protocol)) || (facts.Type == SOCK_RAW && facts.Protocol != IPPROTO_IGMP))
        {
            return ScanDatagrams(description, facts);
        }

        if (facts.Type != SOCK_STREAM || facts.Protocol is not (IPPROTO_TCP or IPPROTO_MPTCP))
        {
            return Refuse(description, "raw-socket", $"sockets of type {facts.Type}, protocol {facts.Protocol} can't be carried; close it");
        }

        return ScanTcp(description, facts);
    }

    private DescriptorImage? ScanDatagrams(OpenDescription description, SocketFacts facts)
    {
        bool udp = facts.Type == SOCK_DGRAM && facts.Protocol is IPPROTO_UDP or IPPROTO_UDPLITE;
        if (udp && Descriptor.GetUnsentBytes(description.Handle) > 0)
        {
            return Refuse(description, "udp-pending", $"a datagram is held back in {Text(facts)} (MSG_MORE, UDP_CORK); send it", passes: true);
        }

        // What comes while nobody is there is lost, as UDP may lose it; what waits for a program that does not read is not.
        if (!frozen && !IsReadEmpty(description.Handle)
            && (!udp || Descriptor.GetReadableBytes(description.Handle) > 0))
        {
            return Refuse(description, "udp-unread", $"datagrams wait unread at {Text(facts)}; read them", passes: true);
        }

        IReadOnlyList<MulticastImage> groups = MulticastMembership.Find(pid, description.Handle, facts.Domain);
        if (groups.FirstOrDefault(group => BitConverter.ToInt32(group.Filter, MulticastMembership.SourceCountOffset) > MulticastMembership.MostSources) is { } many)
        {
            return Refuse(description, "multicast-membership", $"{Text(facts)} is a member of {many.Group} and chooses among more than {MulticastMembership.MostSources} senders; leave it");
        }

        SocketImage? image = Unconnected(description, facts, null);
        return image is null ? null : image with { Shutdown = UdpShutdown(description, facts), Groups = groups };
    }

    /// <summary>Whether its program has read everything at some instant within <see cref="ReadingTime"/>: one that serves calls
    /// has a datagram waiting every now and then, one that does not read has it waiting all the time.</summary>
    private static bool IsReadEmpty(SafeFileHandle socket)
    {
        long begun = Stopwatch.GetTimestamp();
        while ((Descriptor.Poll(socket, POLLIN, TimeSpan.Zero) & POLLIN) != 0)
        {
            if (Stopwatch.GetElapsedTime(begun) > ReadingTime)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }

    private int UdpShutdown(OpenDescription description, SocketFacts facts)
    {
        if (!_udpShutdown.TryGetValue(facts.Domain, out IReadOnlyDictionary<uint, int>? told))
        {
            using SafeFileHandle? own = givenDiag is null ? OpenDiag() : null;
            _udpShutdown.Add(facts.Domain, told = InetDiag.ReadUdpShutdown(givenDiag ?? own!, facts.Domain));
        }

        // The kernel tells of sockets that have a port; whether others receive is seen by their hang-up.
        return told.TryGetValue((uint)description.Status.Inode, out int shutdown) ? shutdown
            : (Descriptor.Poll(description.Handle, POLLRDHUP, TimeSpan.Zero) & POLLRDHUP) != 0 ? 1
            : 0;
    }

    private SocketImage? Unconnected(OpenDescription description, SocketFacts facts, int? backlog, bool over = false)
    {
        UnixName? name = null;
        int shutdown = 0;
        if (facts.Domain == AF_UNIX)
        {
            if ((Descriptor.Poll(description.Handle, 0, TimeSpan.Zero) & POLLERR) != 0)
            {
                Refuse(description, "socket-error", "an error waits in it that the program has not seen yet; read from it or close it");
                return null;
            }

            shutdown = UnixSockets()[(uint)description.Status.Inode].Shutdown;
        }

        if (facts.Domain == AF_UNIX && HasPath(facts.LocalAddress) && FindFile(description, facts, out name) is { } problem)
        {
            Refuse(description, "unix-socket-name", problem);
            return null;
        }

        if (!CanCarry(description, facts, out byte[] filter, out bool locked))
        {
            return null;
        }

        return new SocketImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Domain = facts.Domain,
            Type = facts.Type,
            Protocol = facts.Protocol,
            Address = facts.IsBound ? facts.LocalAddress : [],
            IsOfNobody = facts.Domain is AF_INET or AF_INET6 && facts.IsBound && IsOfNobody(facts),
            Peer = facts.Type is SOCK_DGRAM or SOCK_RAW && facts.Domain != AF_NETLINK && facts.PeerAddress is { Length: > 2 } ? facts.PeerAddress : [],
            Backlog = backlog,
            Id = facts.Domain == AF_UNIX ? description.Status.Inode : 0,
            Path = name?.Path,
            PathOwner = name?.Owner,
            Directory = name?.Directory,
            RenamedTo = name?.RenamedTo,
            File = backlog is not null && name is { IsPassing: false, Owner: { } owner, Path: { } path } ? FileToTakeLater(description, path, owner) : null,
            SocketOwner = FileOwnerImage.Of(description.Status),
            Shutdown = shutdown,
            Filter = filter,
            FilterLocked = locked,
            Options = SocketOptionCapture.Read(description.Handle, facts, over),
        };
    }

    /// <summary>Whether it was bound to an address that this host does not have itself.</summary>
    private static bool IsOfNobody(SocketFacts facts)
    {
        const int addressNotAvailable = 99;
        using SafeFileHandle? probe = SocketQuery.TryCreate(facts.Domain, facts.Type, facts.Protocol);
        return probe is not null && SocketProbe.TryBind(probe, SocketProbe.WithoutPort(facts.LocalAddress)) == addressNotAvailable;
    }

    /// <summary>Filters, and options that make something else of a socket.</summary>
    private bool CanCarry(OpenDescription description, SocketFacts facts, out byte[] filter, out bool locked)
    {
        locked = SocketQuery.GetOption(description.Handle, SOL_SOCKET, SO_LOCK_FILTER) is not (null or 0);
        filter = [];
        if (SocketQuery.GetFilter(description.Handle) is not { } program)
        {
            Refuse(description, "socket-filter", "it has a filter in extended BPF, which can't be read; detach it");
            return false;
        }

        filter = program;
        if (SocketOptionCapture.FindForeign(description.Handle, facts) is { } option)
        {
            Refuse(description, "socket-option", $"it has {option} set, which can't be carried");
            return false;
        }

        return true;
    }

    private void RefuseUrgent(OpenDescription description) =>
        Refuse(description, "urgent-data", "a byte that was sent out of band (MSG_OOB) waits unread in it; read it");

    private IReadOnlyDictionary<uint, UnixSocketFacts> UnixSockets()
    {
        if (_unixSockets is null)
        {
            using SafeFileHandle? own = givenDiag is null ? OpenDiag() : null;
            _unixSockets = UnixDiag.ReadAll(givenDiag ?? own!);
        }

        return _unixSockets;
    }

    private SafeFileHandle OpenDiag() =>
        NetNamespace.OpenUnixDiag(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} has ended");

    private static string PeerName(OpenDescription description, SocketFacts facts)
    {
        string name = facts.PeerAddress is { Length: > 2 } ? $" at {SocketText.UnixName(facts.PeerAddress)}" : "";
        return SocketQuery.GetPeerCredentials(description.Handle) is { Pid: > 0 } peer ? $"{name} (process {peer.Pid})" : name;
    }

    private static string Text(SocketFacts facts) => SocketText.Describe(facts.Domain, facts.Type, facts.LocalAddress);

    private static InheritedStreamImage Inherit(OpenDescription description) => new()
    {
        Numbers = description.Numbers,
        Flags = description.Flags,
        Stream = description.StandardStream,
        Was = description.Link,
    };

    /// <param name="passes">It goes by itself as a rule.</param>
    private DescriptorImage? Refuse(OpenDescription description, string name, string detail, bool passes = false)
    {
        obstacles.Add(new Obstacle(name, $"{description.Label}: {detail}") { Cause = description.Cause, Passes = passes });
        return null;
    }
}
