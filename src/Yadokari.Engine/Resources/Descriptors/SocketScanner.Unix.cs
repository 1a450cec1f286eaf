using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Unix sockets: pairs, connections by name, listeners, datagrams.</content>
internal sealed partial class SocketScanner
{
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
            return diag.Pending.Count > 0 && !diag.Pending.All(WaitsInside)
                ? Refuse(description, "unix-socket-to-outside", $"{diag.Pending.Count} connections wait to be accepted at {Text(facts)}, and not all were made by the job and hold nothing; accept or refuse them", passes: true)
                : Unconnected(description, facts, (int)diag.SendQueue);
        }

        bool peerInside = diag.PeerInode != 0
            && UnixSockets().TryGetValue(diag.PeerInode, out UnixSocketFacts? peer) && peer.PeerInode == inode
            && (shared.HasSocket(diag.PeerInode) || descriptions.Exists(other => other.IsSocket && other.Status.Inode == diag.PeerInode));
        bool stream = facts.Type != SOCK_DGRAM;
        bool peerClosed = stream && diag.State == Established && diag.PeerInode == 0 && diag.Shutdown == ShutDownBoth;
        if ((peerInside || peerClosed) && (stream || facts.LocalAddress.Length <= 2))
        {
            return Pair(description, facts, diag);
        }

        if (!stream && diag.PeerIsGone && facts.LocalAddress.Length <= 2)
        {
            return Pair(description, facts, diag);
        }

        if (stream && diag is { State: Established, PeerInode: 0, Shutdown: 0 } && WaitsInside(inode) && Pair(description, facts, diag) is { } waiting)
        {
            UnixSocketFacts listener = UnixSockets().Values.First(other => other.Pending.Contains(inode));
            return waiting with { Waits = true, ListenerId = listener.Inode, PeerName = facts.PeerAddress ?? [], Place = listener.Pending.TakeWhile(other => other != inode).Count() };
        }

        bool connected = diag.PeerInode != 0 || (stream && diag.State == Established);
        if (!connected || (!stream && facts.PeerAddress is { Length: > 2 }))
        {
            return Unconnected(description, facts, null) is not { } image ? null : image with
            {
                Unread = Unread(description, facts, diag),
                PeerId = diag.PeerInode,
                PeerIsGone = diag.PeerIsGone,
                Peer = diag.PeerIsGone ? [] : image.Peer,
            };
        }

        return description.StandardStream >= 0
            ? Inherit(description)
            : Refuse(description, "unix-socket-to-outside", $"it is connected to another process{PeerName(description, facts)}; close it",
                passes: UnixSockets().Values.Any(listener => listener.Pending.Contains(inode) && shared.HasSocket(listener.Inode)));
    }

    private UnixPairImage? Pair(OpenDescription description, SocketFacts facts, UnixSocketFacts diag)
    {
        if ((Descriptor.Poll(description.Handle, 0, TimeSpan.Zero) & POLLERR) != 0)
        {
            // Looking at its queue would take the error away from the program.
            Refuse(description, "socket-error", "an error waits in it that the program has not seen yet; read from it or close it");
            return null;
        }

        if (facts.Type == SOCK_STREAM && SocketQueue.HasUrgent(description.Handle))
        {
            RefuseUrgent(description);
            return null;
        }

        List<byte[]> unread = [];
        if (frozen)
        {
            unread.AddRange(Queue(description).Select(message => message.Bytes));
        }

        if (!CanCarry(description, facts, out byte[] filter, out bool locked))
        {
            return null;
        }

        // A name that can't be given again is dropped: nothing but getsockname tells of it.
        UnixName? name = null;
        bool named = facts.LocalAddress.Length > 2;
        if (HasPath(facts.LocalAddress))
        {
            // Nobody else is to find it, so its file does not matter.
            FindFile(description, facts, out name);
            named = name is not null;
        }

        return new UnixPairImage
        {
            Name = named ? facts.LocalAddress : [],
            Path = name?.Path,
            PathOwner = name?.Owner,
            Directory = name?.Directory,
            RenamedTo = name?.RenamedTo,
            Numbers = description.Numbers,
            Flags = description.Flags,
            Type = facts.Type,
            Id = description.Status.Inode,
            PeerId = diag.PeerInode,
            Unread = unread,
            Shutdown = diag.Shutdown,
            SocketOwner = FileOwnerImage.Of(description.Status),
            Filter = filter,
            FilterLocked = locked,
            Options = SocketOptionCapture.Read(description.Handle, facts),
        };
    }

    /// <summary>Whether one that has connected, and waits to be accepted, is the job's, and its listener too. What it has sent already can't be looked at.</summary>
    private bool WaitsInside(uint inode) =>
        inode != 0 && shared.Socket(inode) is { } client && Descriptor.GetUnsentBytes(client.Handle) == 0
        && UnixSockets().Values.Any(listener => listener.Pending.Contains(inode) && shared.HasSocket(listener.Inode));

    /// <summary>What waits in a socket of a process that stands still: with descriptors it has been looked at already.</summary>
    private static IReadOnlyList<QueuedMessage> Queue(OpenDescription description) => description.Queue ?? SocketQueue.PeekAll(description.Handle);

    private IReadOnlyList<UnixMessageImage> Unread(OpenDescription description, SocketFacts facts, UnixSocketFacts diag)
    {
        if (!frozen || diag.ReceiveQueue == 0 || facts.Type != SOCK_DGRAM)
        {
            return [];
        }

        return [.. Queue(description).Select(message => new UnixMessageImage(message.Bytes, message.Sender))];
    }

    /// <summary>The file of a listener that the process itself may remove and make again: at which nobody waits to be accepted, in a
    /// directory where its user may.</summary>
    private HostFileImage? FileToTakeLater(OpenDescription description, string path, FileOwnerImage owner)
    {
        const uint ownersWrite = 0x80 | 0x40, othersWrite = 2 | 1, sticky = 0x200;
        string directory = path[..Math.Max(1, path.LastIndexOf('/'))];
        if (UnixSockets()[(uint)description.Status.Inode].Pending.Count > 0 || paths.Status(path) is not { IsSocket: true } file
            || paths.Status(directory, followLink: true) is not { } parent || ProcStatus.Read(pid)?.Uids[1] is not { } user)
        {
            return null;
        }

        bool may = user == 0
            || (parent.Uid == user && (parent.Mode & ownersWrite) == ownersWrite)
            || ((parent.Mode & othersWrite) == othersWrite && ((parent.Mode & sticky) == 0 || owner.Uid == user));
        return may ? new HostFileImage(ProcMisc.BootId(), file.Device, file.Inode) : null;
    }
}
