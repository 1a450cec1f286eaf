using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>TCP: new and listening sockets, connections inside the job, connections that are over.</content>
internal sealed partial class SocketScanner
{
    // tcpi_bytes_acked, tcpi_bytes_received and tcpi_segs_out of struct tcp_info (linux/tcp.h).
    private const int BytesAckedOffset = 120;
    private const int BytesReceivedOffset = 128;
    private const int SegmentsOutOffset = 136;

    private const int ReceiveShutDown = 1;
    private const int SendShutDown = 2;

    private DescriptorImage? ScanTcp(OpenDescription description, SocketFacts facts)
    {
        byte[] info = SocketQuery.GetRawOption(description.Handle, SOL_TCP, TCP_INFO) ?? [];
        int state = info.Length > 0 ? info[0] : 0;
        if (state == TcpSocketFacts.Listening && info.Length >= 32)
        {
            // For a listener the kernel tells here how many connections wait, and the backlog (tcp_get_info, net/ipv4/tcp.c).
            int waiting = BitConverter.ToInt32(info, 24);
            // Whoever waits from outside where connections are reset is reset with them: nobody in the job knows it yet.
            return waiting > 0 && !IsReset(facts) && !AreInside(facts, waiting)
                ? Refuse(description, "tcp-connection", $"{waiting} connections wait to be accepted at {Text(facts)}; accept or refuse them", passes: true)
                : Unconnected(description, facts, BitConverter.ToInt32(info, 28));
        }

        short events = Descriptor.Poll(description.Handle, POLLIN | POLLRDHUP, TimeSpan.Zero);
        bool error = (events & POLLERR) != 0;
        bool shutDown = (events & POLLRDHUP) != 0 && (events & POLLHUP) != 0;
        if (error && facts.Protocol == IPPROTO_TCP && IsReset(facts))
        {
            return ScanReset(description, facts, state);
        }

        if (state == TcpSocketFacts.Closed && !shutDown && !error)
        {
            return Unconnected(description, facts, null);
        }

        if (facts.Protocol == IPPROTO_MPTCP)
        {
            return description.StandardStream >= 0 ? Inherit(description) : Refuse(description, "tcp-connection", $"a connection of multipath TCP {SocketText.EndPoint(facts.LocalAddress)} can't be carried; close it or wait for its end");
        }

        if (!error && state != TcpSocketFacts.Closed && Connected(description, facts, state, events) is { } end)
        {
            return end;
        }

        return state == TcpSocketFacts.Closed
                || (shutDown && state is TcpSocketFacts.FinWait1 or TcpSocketFacts.FinWait2 or TcpSocketFacts.LastAck or TcpSocketFacts.Closing)
            ? ScanOver(description, facts, info, error)
            : description.StandardStream >= 0
            ? Inherit(description)
            : IsReset(facts)
            ? ScanReset(description, facts, state)
            : Refuse(description, "tcp-connection", $"tcp connection {SocketText.EndPoint(facts.LocalAddress)} to "
                + $"{SocketText.EndPoint(facts.PeerAddress ?? [])}; close it or wait for its end", passes: WaitsAtJob(facts));
    }

    /// <summary>An end of a connection inside the job; null for any other.</summary>
    private TcpEndImage? Connected(OpenDescription description, SocketFacts facts, int state, short events)
    {
        if (InetPlace.Of(facts.LocalAddress) is not { } local || InetPlace.Of(facts.PeerAddress) is not { } remote
            || local == remote || state is TcpSocketFacts.SynSent or TcpSocketFacts.SynReceived)
        {
            return null;
        }

        TcpSocketFacts? other = tcp.OtherEnd(local, remote);
        bool waits = other is not null && TcpTable.IsWaiting(other);
        OpenDescription? peer = other is { Inode: not 0 } ? shared.Socket(other.Inode) : null;
        bool closed = other is null ? state == TcpSocketFacts.CloseWait && remote.Address == local.Address : other.Inode == 0 && !waits;
        if (peer is null && !closed && !(waits && WaitsInside(other!)))
        {
            return null;
        }

        // A state from FIN_WAIT1 on tells of one's own end of sending; the end of receiving is that of the other, or one's own.
        int shutdown = (state is TcpSocketFacts.FinWait1 or TcpSocketFacts.FinWait2 or TcpSocketFacts.LastAck or TcpSocketFacts.Closing ? SendShutDown : 0)
            | ((events & POLLRDHUP) != 0 && state is not (TcpSocketFacts.CloseWait or TcpSocketFacts.LastAck or TcpSocketFacts.Closing) ? ReceiveShutDown : 0);
        return End(description, facts, peer, shutdown, waits) is { } image ? image with { PeerId = peer?.Status.Inode ?? 0, Waits = waits } : null;
    }

    private TcpEndImage? End(OpenDescription description, SocketFacts facts, OpenDescription? peer, int shutdown, bool waits = false)
    {
        byte[] unread = [];
        if (frozen)
        {
            // To one that waits to be accepted nobody has sent anything.
            if ((waits ? [] : TcpQueue.PeekAll(description.Handle, peer?.Handle)) is not { } held)
            {
                return null;
            }

            unread = held;
        }

        return Image(description, facts, unread, shutdown, over: false);
    }

    private TcpEndImage? Image(OpenDescription description, SocketFacts facts, byte[] unread, int shutdown, bool over)
    {
        if (SocketQueue.HasUrgent(description.Handle))
        {
            RefuseUrgent(description);
            return null;
        }

        if (!CanCarry(description, facts, out byte[] filter, out bool locked))
        {
            return null;
        }

        description.IsConnection = true;
        return new TcpEndImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Domain = facts.Domain,
            Address = facts.PeerAddress is null ? [] : facts.LocalAddress,
            Peer = facts.PeerAddress ?? [],
            Id = description.Status.Inode,
            PeerId = 0,
            Unread = unread,
            Shutdown = shutdown,
            ReusesAddress = SocketQuery.GetOption(description.Handle, SOL_SOCKET, SO_REUSEADDR) is not (null or 0),
            BuffersLocked = SocketQuery.GetOption(description.Handle, SOL_SOCKET, SO_BUF_LOCK) ?? 0,
            SocketOwner = FileOwnerImage.Of(description.Status),
            Filter = filter,
            FilterLocked = locked,
            Options = [.. SocketOptionCapture.Read(description.Handle, facts, over, connected: true)
                .Where(option => option is not { Level: SOL_SOCKET, Option: SO_REUSEADDR })],
        };
    }

    /// <summary>Whether all connections that wait at a listener were made by the job, and hold nothing.</summary>
    private bool AreInside(SocketFacts listener, int waiting)
    {
        if (InetPlace.Of(listener.LocalAddress) is not { } place)
        {
            return false;
        }

        IReadOnlyList<TcpSocketFacts> all = tcp.WaitingAt(place);
        return all.Count == waiting && all.All(WaitsInside);
    }

    /// <summary>Whether it is on its way to a listener of the job, or waits there, and holds something.</summary>
    private bool WaitsAtJob(SocketFacts facts) =>
        InetPlace.Of(facts.LocalAddress) is { } local && InetPlace.Of(facts.PeerAddress) is { } remote
        && tcp.OtherEnd(local, remote) is { } other && TcpTable.IsWaiting(other) && tcp.ListenersOf(other).Any(listener => shared.HasSocket(listener.Inode));

    /// <summary>What came before it was accepted can't be looked at; and of several listeners, nobody tells at which one it waits.</summary>
    private bool WaitsInside(TcpSocketFacts waiting) =>
        waiting is { State: TcpSocketFacts.Established, ReceiveQueue: 0 }
        && tcp.OtherEnd(waiting.Local, waiting.Remote) is { State: TcpSocketFacts.Established, Inode: not 0 and var client } && shared.HasSocket(client)
        && tcp.ListenersOf(waiting) is [{ Inode: var listener }] && shared.HasSocket(listener);

    /// <summary>Nothing more comes and nothing more can be sent, whatever the other side does: reading gives the end, writing EPIPE,
    /// as of a new socket that is shut down.</summary>
    private DescriptorImage? ScanOver(OpenDescription description, SocketFacts facts, byte[] info, bool error)
    {
        if (error)
        {
            // Whoever asks which one takes it away from the program.
            return Refuse(description, "socket-error", "an error waits in it that the program has not seen yet (its connection was reset, refused, or timed out); read from it or close it");
        }

        if (Descriptor.GetReadableBytes(description.Handle) > 0)
        {
            return End(description, facts with { PeerAddress = null }, null, SendShutDown);
        }

        // One that was refused may be connected anew: it is as a new socket, and its program has seen why. It has sent a segment, but
        // nothing was acknowledged; one that was moved before has sent none.
        bool connected = info.Length >= SegmentsOutOffset + 4
            && ((BitConverter.ToUInt64(info, BytesAckedOffset) | BitConverter.ToUInt64(info, BytesReceivedOffset)) != 0
                || BitConverter.ToUInt32(info, SegmentsOutOffset) == 0);
        SocketImage? image = Unconnected(description, facts with { LocalAddress = [] }, null, over: true);
        return image is null ? null : image with { Shutdown = connected ? ShutDownBoth : 0 };
    }
}
