using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Unix sockets that are connected, or have names.</content>
internal sealed partial class SocketRestore
{
    private const int AtNoName = 2;

    private readonly Dictionary<string, int> named = [];

    /// <summary>Files at which sockets of the job are bound that come later.</summary>
    public HashSet<string> ListenerPaths { get; } = [];

    /// <summary>Both ends, or one whose other end is closed.</summary>
    /// <param name="image">The first end.</param>
    /// <param name="peer">The other; null: closed.</param>
    /// <param name="put">Gives an end its numbers and closes the passing descriptor.</param>
    public void OpenPair(UnixPairImage image, UnixPairImage? peer, Action<DescriptorImage, Slot, int> put)
    {
        bool swapped = peer is not null && IsServer(peer, image);
        (image, peer) = swapped ? (peer!, image) : (image, peer);
        (Slot first, Slot second) = image.Name.Length > 2 ? ConnectByName(image, peer) : Pair(image.Type);
        SetOptions(image.Options, first);
        SetOptions(peer?.Options ?? [], second);
        RestoreTools.Own(plan, image.SocketOwner, first);
        RestoreTools.Own(plan, peer?.SocketOwner, second);
        Fill(image, second);
        if (peer is null)
        {
            plan.Call(null, SystemCall.Close, second);
        }
        else
        {
            Fill(peer, first);
            ShutDown(image, first);
            ShutDown(peer, second);
        }

        AttachFilter(image.Filter, image.FilterLocked, first);
        PutEnd(image, first, put);
        if (peer is not null)
        {
            AttachFilter(peer.Filter, peer.FilterLocked, second);
            PutEnd(peer, second, put);
        }
    }

    /// <summary>One that waits to be accepted at a listener of the job, which is there already.</summary>
    public void OpenWaiting(UnixPairImage image, Action<DescriptorImage, Slot, int> put)
    {
        Slot made = NewUnixSocket(Connecting, image.Type);
        SetTimeout(made, 5);
        if (image.Name.Length > AtNoName)
        {
            Bind(image, made);
        }

        ChangeDirectory(image.Directory);
        plan.Call($"connect to {SocketText.UnixName(image.PeerName)}", SystemCall.Connect, made, plan.Bytes(image.PeerName), image.PeerName.Length);
        SetTimeout(made, 0);
        SetOptions(image.Options, made);
        RestoreTools.Own(plan, image.SocketOwner, made);
        AttachFilter(image.Filter, image.FilterLocked, made);
        put(image, made, 0);
    }

    /// <summary>A datagram socket whose default peer is another one, when all have their names.</summary>
    public void ConnectByName(SocketImage image)
    {
        if (image is { Peer.Length: > 0, Domain: SocketFacts.Unix })
        {
            ChangeDirectory(image.Directory);
            plan.Call($"connect to {SocketText.Describe(image.Domain, image.Type, image.Peer)}", SystemCall.Connect,
                image.Numbers[0].Number, plan.Bytes(image.Peer), image.Peer.Length);
        }
    }

    /// <summary>An accepted end has the name of its listener; of two with names it is the one that others have as well, or the later one.</summary>
    private bool IsServer(UnixPairImage one, UnixPairImage other) => one.Name.Length > AtNoName
        && (other.Name.Length <= AtNoName || (one.Path is not null && ListenerPaths.Contains(one.Path)) || (one.Id > other.Id && (other.Path is null || !ListenerPaths.Contains(other.Path))));

    private (Slot First, Slot Second) Pair(int type) =>
        tools.MakePair("socketpair", SystemCall.Socketpair, pair => [SocketFacts.Unix, type | CloseOnExec | NonBlocking, 0, pair]);

    /// <summary>As it was made: by a listener of that name, for a moment. Where the name can't be had, without one.</summary>
    private (Slot First, Slot Second) ConnectByName(UnixPairImage server, UnixPairImage? client)
    {
        PlanLabel nameless = new("nameless"), made = new("connected");
        DataReference address = plan.Bytes(server.Name, $"{{{SocketText.UnixName(server.Name)}}}");
        ChangeDirectory(server.Directory);
        if (server.Path is not null)
        {
            RemoveStale(server.Path, server.Type, address, server.Name.Length);
        }

        NewUnixSocket(Listening, server.Type);
        plan.CallOrJump(null, nameless, SystemCall.Bind, Listening, address, server.Name.Length);
        plan.Call("listen", SystemCall.Listen, Listening, 1);
        NewUnixSocket(Connecting, server.Type);
        if (client is { Name.Length: > AtNoName })
        {
            Bind(client, Connecting);
        }

        ChangeDirectory(server.Directory);
        plan.Call($"connect to {SocketText.UnixName(server.Name)}", SystemCall.Connect, Connecting, address, server.Name.Length);
        plan.CallInto(tools.Raw, "accept", SystemCall.Accept, Listening, 0, 0);
        tools.Lift(tools.Raw, Accepted);
        plan.Call(null, SystemCall.Close, Listening);
        if (server.Path is not null)
        {
            FinishFile(server.Path, ListenerPaths.Contains(server.Path) ? null : server.PathOwner);
        }

        plan.Jump(made);
        plan.Place(nameless);
        plan.Call(null, SystemCall.Close, Listening);
        (Slot first, Slot second) = Pair(server.Type);
        tools.Lift(first, Accepted);
        tools.Lift(second, Connecting);
        plan.Place(made);
        const int setFlags = 4;
        plan.Call(null, SystemCall.Fcntl, Accepted, setFlags, NonBlocking);
        plan.Call(null, SystemCall.Fcntl, Connecting, setFlags, NonBlocking);
        return (Accepted, Connecting);
    }

    private void Bind(UnixPairImage image, Slot made)
    {
        DataReference address = plan.Bytes(image.Name, $"{{{SocketText.UnixName(image.Name)}}}");
        ChangeDirectory(image.Directory);
        if (image.Path is not null)
        {
            RemoveStale(image.Path, image.Type, address, image.Name.Length);
        }

        PlanLabel nameless = new("nameless");
        plan.CallOrJump(null, nameless, SystemCall.Bind, made, address, image.Name.Length);
        if (image.Path is not null)
        {
            FinishFile(image.Path, image.PathOwner);
        }

        plan.Place(nameless);
    }

    private Slot NewUnixSocket(Slot into, int type)
    {
        plan.CallInto(tools.Raw, "socket", SystemCall.Socket, SocketFacts.Unix, type | CloseOnExec, 0);
        return tools.Lift(tools.Raw, into);
    }

    private void FinishFile(string path, FileOwnerImage? owner)
    {
        DataReference name = plan.Text(path);
        if (owner is null)
        {
            plan.Call($"remove {path}", SystemCall.Unlink, name);
            return;
        }

        plan.Try(null, SystemCall.Lchown, name, owner.Uid, owner.Gid);
        plan.Call($"set the mode of {path}", SystemCall.Chmod, name, owner.Mode);
    }

    private void ChangeDirectory(string? directory)
    {
        if (directory is not null)
        {
            plan.Call($"change to {directory}", SystemCall.Chdir, plan.Text(directory));
        }
    }

    /// <summary>What waits at a datagram socket, before it is connected: then only its peer might send. From sockets with the names of
    /// their senders: those of the job that are there already, or one that has the name for a moment.</summary>
    private void Fill(SocketImage image)
    {
        if (image.Domain == SocketFacts.Unix)
        {
            named[Convert.ToHexString(image.Address)] = image.Numbers[0].Number;
        }

        DataReference? to = null;
        foreach (UnixMessageImage message in image.Unread)
        {
            to ??= plan.Bytes(image.Address);
            if (named.TryGetValue(Convert.ToHexString(message.Sender), out int number) && number != image.Numbers[0].Number)
            {
                tools.CheckedWrite("fill a socket", SystemCall.Sendto, message.Bytes.Length, number, plan.Bytes(message.Bytes), message.Bytes.Length, NoSignal, to, image.Address.Length);
                continue;
            }

            Slot from = NewUnixSocket(Connecting, image.Type);
            PlanLabel removed = new("removed");
            if (message.Sender.Length > AtNoName)
            {
                DataReference sender = plan.Bytes(message.Sender);
                if (HasPath(message.Sender))
                {
                    RemoveStale(KernelText.Decode(message.Sender.AsSpan(2).TrimEnd((byte)0)), image.Type, sender, message.Sender.Length);
                }

                plan.CallOrJump(null, removed, SystemCall.Bind, from, sender, message.Sender.Length);
                if (HasPath(message.Sender))
                {
                    plan.Try(null, SystemCall.Unlink, plan.Text(KernelText.Decode(message.Sender.AsSpan(2).TrimEnd((byte)0))));
                }

                plan.Place(removed);
            }

            tools.CheckedWrite("fill a socket", SystemCall.Sendto, message.Bytes.Length, from, plan.Bytes(message.Bytes), message.Bytes.Length, NoSignal, to, image.Address.Length);
            plan.Call(null, SystemCall.Close, from);
        }
    }

    private static bool HasPath(byte[] address) => address.Length > AtNoName && address[2] != 0;

    private void PutEnd(UnixPairImage image, Slot made, Action<DescriptorImage, Slot, int> put)
    {
        if ((image.Flags & NonBlocking) == 0)
        {
            const int setFlags = 4;
            plan.Call(null, SystemCall.Fcntl, made, setFlags, 0);
        }

        put(image, made, NonBlocking);
    }

    /// <summary>What waits at an end was sent from the other one.</summary>
    private void Fill(UnixPairImage image, Slot other)
    {
        foreach (byte[] message in image.Unread)
        {
            tools.CheckedWrite("fill a socket", SystemCall.Sendto, message.Length,
                other, plan.Bytes(message), message.Length, NoSignal, 0, 0);
        }
    }

    private void ShutDown(UnixPairImage image, Slot made)
    {
        // shutdown(2) counts SHUT_RD 0, SHUT_WR 1, SHUT_RDWR 2; the kernel's mask is one more.
        if (image.Shutdown != 0)
        {
            plan.Call("shutdown", SystemCall.Shutdown, made, image.Shutdown - 1);
        }
    }
}
