using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Sorts the sockets of one scan into images or obstacles.</summary>
internal sealed class SocketScanner(
    int pid, SafeFileHandle? givenDiag, bool frozen, JobPaths paths, List<OpenDescription> descriptions, List<Obstacle> obstacles)
{
    private const int TcpLevel = 6;
    private const int TcpInfoOption = 11;
    private const int TcpClose = 7;
    private const int TcpListen = 10;
    private const int TcpProtocol = 6;
    private const int Established = 1;
    private const int ShutDownBoth = 3;

    private IReadOnlyDictionary<uint, UnixSocketFacts>? unixSockets;

    public DescriptorImage? Scan(OpenDescription description)
    {
        SocketFacts facts = SocketQuery.Describe(description.Handle);
        return facts.Domain switch
        {
            SocketFacts.Unix => ScanUnix(description, facts),
            SocketFacts.Inet or SocketFacts.Inet6 => ScanInet(description, facts),
            SocketFacts.Netlink => Refuse(description, "netlink-socket", "a netlink socket can't be carried; close it"),
            SocketFacts.Packet => Refuse(description, "packet-socket", "a packet socket belongs to this host's network; close it"),
            _ => Refuse(description, "socket-family", $"sockets of family {facts.Domain} can't be carried; close it"),
        };
    }

    private DescriptorImage? ScanInet(OpenDescription description, SocketFacts facts)
    {
        if (facts.Type == SocketFacts.Datagram)
        {
            return Unconnected(description, facts, null);
        }

        if (facts.Type != SocketFacts.Stream || facts.Protocol != TcpProtocol)
        {
            return Refuse(description, "raw-socket", $"sockets of type {facts.Type}, protocol {facts.Protocol} can't be carried; close it");
        }

        byte[] info = SocketQuery.GetRawOption(description.Handle, TcpLevel, TcpInfoOption) ?? [];
        int state = info.Length > 0 ? info[0] : 0;
        if (state == TcpListen && info.Length >= 32)
        {
            // For a listener the kernel tells here how many connections wait, and the backlog (tcp_get_info, net/ipv4/tcp.c).
            int waiting = BitConverter.ToInt32(info, 24);
            return waiting > 0
                ? Refuse(description, "tcp-connection", $"{waiting} connections wait to be accepted at {Text(facts)}; accept or refuse them")
                : Unconnected(description, facts, BitConverter.ToInt32(info, 28));
        }

        if (state == TcpClose)
        {
            return Unconnected(description, facts, null);
        }

        return description.StandardStream >= 0
            ? Inherit(description)
            : Refuse(description, "tcp-connection", $"tcp connection {SocketText.EndPoint(facts.LocalAddress)} to "
                + $"{SocketText.EndPoint(facts.PeerAddress ?? [])}; close it or wait for its end");
    }

    private DescriptorImage? ScanUnix(OpenDescription description, SocketFacts facts)
    {
        uint inode = (uint)description.Status.Inode;
        if (!UnixSockets().TryGetValue(inode, out UnixSocketFacts? diag))
        {
            return description.StandardStream >= 0
                ? Inherit(description)
                : Refuse(description, "unix-socket-to-outside", "a unix socket of another network namespace can't be carried; close it");
        }

        if (facts.Listening)
        {
            return diag.Pending.Count > 0
                ? Refuse(description, "unix-socket-to-outside", $"{diag.Pending.Count} connections wait to be accepted at {Text(facts)}; accept or refuse them")
                : Unconnected(description, facts, (int)diag.SendQueue);
        }

        bool peerInside = diag.PeerInode != 0
            && UnixSockets().TryGetValue(diag.PeerInode, out UnixSocketFacts? peer) && peer.PeerInode == inode
            && descriptions.Exists(other => other.Status.IsSocket && other.Status.Inode == diag.PeerInode);
        bool stream = facts.Type != SocketFacts.Datagram;
        bool peerClosed = stream && diag.State == Established && diag.PeerInode == 0 && diag.Shutdown == ShutDownBoth;
        if (peerInside || peerClosed)
        {
            return Pair(description, facts, diag);
        }

        bool connected = diag.PeerInode != 0 || (stream && diag.State == Established);
        if (!connected || (!stream && facts.PeerAddress is { Length: > 2 }))
        {
            return frozen && diag.ReceiveQueue > 0
                ? Refuse(description, "unix-socket-unread", $"messages from other processes wait unread at {Text(facts)}; read them")
                : Unconnected(description, facts, null);
        }

        return description.StandardStream >= 0
            ? Inherit(description)
            : Refuse(description, "unix-socket-to-outside", $"it is connected to another process{PeerName(description, facts)}; close it");
    }

    private UnixPairImage? Pair(OpenDescription description, SocketFacts facts, UnixSocketFacts diag)
    {
        if (facts.LocalAddress.Length > 2)
        {
            Refuse(description, "unix-socket-name", $"a connection inside the process by the name {Text(facts)} can't be carried; close it");
            return null;
        }

        if ((Descriptor.Poll(description.Handle, 0, TimeSpan.Zero) & Descriptor.PollError) != 0)
        {
            // Looking at its queue would take the error away from the program.
            Refuse(description, "socket-error", "an error waits in it that the program has not seen yet; read from it or close it");
            return null;
        }

        List<byte[]> unread = [];
        if (frozen)
        {
            foreach (QueuedMessage message in SocketQueue.PeekAll(description.Handle))
            {
                if (message.CarriesDescriptors)
                {
                    Refuse(description, "descriptor-in-flight", "file descriptors wait unread in it; read them");
                    return null;
                }

                unread.Add(message.Bytes);
            }
        }

        return new UnixPairImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Type = facts.Type,
            Id = description.Status.Inode,
            PeerId = diag.PeerInode,
            Unread = unread,
            Shutdown = diag.Shutdown,
            Options = SocketOptionCapture.Read(description.Handle, facts),
        };
    }

    private SocketImage? Unconnected(OpenDescription description, SocketFacts facts, int? backlog)
    {
        string? path = null;
        uint? mode = null;
        if (facts.Domain == SocketFacts.Unix && facts.LocalAddress.Length > 2 && facts.LocalAddress[2] != 0)
        {
            path = Encoding.UTF8.GetString(facts.LocalAddress.AsSpan(2).TrimEnd((byte)0));
            uint fileInode = UnixSockets()[(uint)description.Status.Inode].FileInode;
            FileStatus? now = path.StartsWith('/') ? paths.Status(path) : paths.StatusAtWorkingDirectory(path);
            bool present = now is { IsSocket: true } && (uint)now.Value.Inode == fileInode;
            mode = present ? now!.Value.Permissions : null;
            if (!present && !path.StartsWith('/'))
            {
                Refuse(description, "unix-socket-name", $"it is bound to {path}, relative to a directory that is not the working directory now");
                return null;
            }
        }

        return new SocketImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Domain = facts.Domain,
            Type = facts.Type,
            Protocol = facts.Protocol,
            Address = facts.IsBound ? facts.LocalAddress : [],
            Peer = facts.Type == SocketFacts.Datagram && facts.PeerAddress is { Length: > 2 } ? facts.PeerAddress : [],
            Backlog = backlog,
            Path = path,
            PathMode = mode,
            Options = SocketOptionCapture.Read(description.Handle, facts),
        };
    }

    private IReadOnlyDictionary<uint, UnixSocketFacts> UnixSockets()
    {
        if (unixSockets is not null)
        {
            return unixSockets;
        }

        if (givenDiag is not null)
        {
            return unixSockets = UnixDiag.ReadAll(givenDiag);
        }

        using SafeFileHandle own = NetNamespace.OpenUnixDiag(pid)
            ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} has ended");
        return unixSockets = UnixDiag.ReadAll(own);
    }

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

    private DescriptorImage? Refuse(OpenDescription description, string name, string detail)
    {
        obstacles.Add(new Obstacle(name, $"descriptor {description.First}: {detail}"));
        return null;
    }
}
