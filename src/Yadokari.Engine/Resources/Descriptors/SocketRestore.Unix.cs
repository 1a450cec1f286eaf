using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Unix sockets that are connected, or have names.</content>
internal sealed partial class SocketRestore
{
    private const int AtNoName = 2;

    private readonly Dictionary<string, int> _named = [];
    private UnixNamePlace? _place;
    private UnixNamePlace? _clientPlace;

    private UnixNamePlace Place => _place ??= new UnixNamePlace(plan, tools);

    /// <summary>While a listener's is in use.</summary>
    private UnixNamePlace ClientPlace => _clientPlace ??= new UnixNamePlace(plan, tools);

    /// <summary>Files at which sockets of the job are bound that come later.</summary>
    public HashSet<UnixName> BoundFiles { get; } = [];

    /// <summary>Both ends, or one whose other end is closed.</summary>
    /// <param name="image">The first end.</param>
    /// <param name="peer">The other; null: closed.</param>
    /// <param name="put">Gives an end its numbers and closes the passing descriptor.</param>
    public void OpenPair(UnixPairImage image, UnixPairImage? peer, Action<DescriptorImage, Slot, int> put)
    {
        bool swapped = peer is not null && IsServer(peer, image);
        (image, peer) = swapped ? (peer!, image) : (image, peer);
        (Slot first, Slot second) = image.Name.Length > 2 ? ConnectByName(image, peer) : Pair(image.Type);
        SetOptions(BeforeFilling(image.Options), first);
        SetOptions(BeforeFilling(peer?.Options ?? []), second);
        RestoreTools.Own(plan, image.SocketOwner, first);
        RestoreTools.Own(plan, peer?.SocketOwner, second);
        if (!IsFilledLate(image, peer))
        {
            Fill(image, second);
            if (peer is not null)
            {
                Fill(peer, first);
                SetOptions(BehindFilling(peer.Options), second);
            }

            SetOptions(BehindFilling(image.Options), first);
        }

        if (peer is null)
        {
            plan.Call(null, SystemCall.Close, second);
            if (image.Type == SOCK_DGRAM)
            {
                ShutDown(image, first);
            }
        }
        else if (!IsFilledLate(image, peer))
        {
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

    /// <summary>Descriptors come with what waits at one of them: when all are there.</summary>
    private static bool IsFilledLate(UnixPairImage one, UnixPairImage? other) => one.InFlight.Count + (other?.InFlight.Count ?? 0) > 0;

    /// <summary>What waits at a pair with descriptors, and what was shut down behind it.</summary>
    /// <param name="number">At which a description is open.</param>
    public void FillLate(UnixPairImage image, UnixPairImage peer, Func<int, int> number)
    {
        if (!IsFilledLate(image, peer))
        {
            return;
        }

        foreach ((UnixPairImage end, UnixPairImage other) in (ReadOnlySpan<(UnixPairImage, UnixPairImage)>)[(image, peer), (peer, image)])
        {
            for (int i = 0; i < end.Unread.Count; i++)
            {
                Send(other.Numbers[0].Number, end.Unread[i], end.InFlight.FirstOrDefault(flight => flight.Message == i), number, null);
            }
        }

        foreach (UnixPairImage end in (ReadOnlySpan<UnixPairImage>)[image, peer])
        {
            SetOptions(BehindFilling(end.Options), end.Numbers[0].Number);
            if (end.Shutdown != 0)
            {
                plan.Call("shutdown", SystemCall.Shutdown, end.Numbers[0].Number, end.Shutdown - 1);
            }
        }
    }

    /// <summary>One message, as a whole and with what comes with it.</summary>
    /// <param name="to">Null: the other end.</param>
    private void Send(Argument from, byte[] bytes, InFlightImage? flight, Func<int, int>? number, byte[]? to)
    {
        const int headerLength = 56;
        byte[] control = flight is null || number is null ? [] : Control(flight, number);

        // struct msghdr: name, its length, vectors, their count, control, its length, flags.
        DataReference content = plan.Bytes(bytes), header = plan.Room(headerLength, $"{{{bytes.Length} bytes}}"), vector = plan.Room(16, "iovec");
        plan.Do(OperationKind.Store64, null, vector, content);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(vector, 8), bytes.Length);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(header, 16), vector);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(header, 24), 1);
        if (to is not null)
        {
            plan.Do(OperationKind.Store64, null, header, plan.Bytes(to));
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(header, 8), to.Length);
        }

        if (control.Length > 0)
        {
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(header, 32), plan.Bytes(control, $"{{{flight!.Descriptors.Count} descriptors, sender {flight.Sender?.Pid}}}"));
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(header, 40), control.Length);
        }

        tools.CheckedWrite("fill a socket", SystemCall.Sendmsg, bytes.Length, from, header, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    /// <summary>Each struct cmsghdr has its length with itself, level, type; and begins at a multiple of 8.</summary>
    private static byte[] Control(InFlightImage flight, Func<int, int> number)
    {
        const int headerLength = 16;
        List<byte> control = [];
        void Add(int type, params ReadOnlySpan<int> words)
        {
            control.AddRange(BitConverter.GetBytes((long)headerLength + (words.Length * sizeof(int))));
            control.AddRange(BitConverter.GetBytes(SOL_SOCKET));
            control.AddRange(BitConverter.GetBytes(type));
            foreach (int word in words)
            {
                control.AddRange(BitConverter.GetBytes(word));
            }

            control.AddRange(new byte[words.Length % 2 * sizeof(int)]);
        }

        if (flight.Descriptors.Count > 0)
        {
            Add(SCM_RIGHTS, [.. flight.Descriptors.Select(number)]);
        }

        if (flight.Sender is { } sender)
        {
            Add(SCM_CREDENTIALS, sender.Pid, (int)sender.Uid, (int)sender.Gid);
        }

        return [.. control];
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

        Connect($"connect to {SocketText.UnixName(image.PeerName)}", made, image.ListenerId, image.PeerName);
        SetTimeout(made, 0);
        SetOptions(image.Options, made);
        RestoreTools.Own(plan, image.SocketOwner, made);
        AttachFilter(image.Filter, image.FilterLocked, made);
        put(image, made, 0);
    }

    /// <summary>An accepted end has the name of its listener; of two with names it is the one that others have as well, or the later one.</summary>
    private bool IsServer(UnixPairImage one, UnixPairImage other) => one.Name.Length > AtNoName
        && (other.Name.Length <= AtNoName || IsBoundLater(one) || (one.Id > other.Id && !IsBoundLater(other)));

    private bool IsBoundLater(UnixPairImage image) => UnixName.Of(image) is { } name && BoundFiles.Contains(name.File);

    private (Slot First, Slot Second) Pair(int type) =>
        tools.MakePair("socketpair", SystemCall.Socketpair, pair => [AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair]);

    /// <summary>As it was made: by a listener of that name, for a moment. Where the name can't be had, without one.</summary>
    private (Slot First, Slot Second) ConnectByName(UnixPairImage server, UnixPairImage? client)
    {
        PlanLabel nameless = new("nameless"), made = new("connected");
        DataReference address = plan.Bytes(server.Name, $"{{{SocketText.UnixName(server.Name)}}}");
        UnixName? name = UnixName.Of(server);
        PlanLabel unbound = new("unbound");
        NewUnixSocket(Listening, server.Type);
        if (name is { } entered)
        {
            Place.Enter(entered, path => RemoveStale(path, server.Type), nameless);
        }

        plan.CallOrJump(null, unbound, SystemCall.Bind, Listening, address, server.Name.Length);
        plan.Call("listen", SystemCall.Listen, Listening, 1);
        NewUnixSocket(Connecting, server.Type);
        if (client is { Name.Length: > AtNoName })
        {
            Bind(client, Connecting);
        }

        if (name is { } again)
        {
            Place.EnterAgain(again);
        }

        plan.Call($"connect to {SocketText.UnixName(server.Name)}", SystemCall.Connect, Connecting, address, server.Name.Length);
        plan.CallInto(tools.Raw, "accept", SystemCall.Accept, Listening, 0, 0);
        tools.Lift(tools.Raw, Accepted);
        plan.Call(null, SystemCall.Close, Listening);
        if (name is { } finished)
        {
            Place.Leave(finished, keep: !BoundFiles.Contains(finished.File));
        }

        plan.Jump(made);
        plan.Place(unbound);
        if (name is { } abandoned)
        {
            Place.Abandon(abandoned);
        }

        plan.Place(nameless);
        plan.Call(null, SystemCall.Close, Listening);
        (Slot first, Slot second) = Pair(server.Type);
        tools.Lift(first, Accepted);
        tools.Lift(second, Connecting);
        plan.Place(made);
        plan.Call(null, SystemCall.Fcntl, Accepted, F_SETFL, SOCK_NONBLOCK);
        plan.Call(null, SystemCall.Fcntl, Connecting, F_SETFL, SOCK_NONBLOCK);
        return (Accepted, Connecting);
    }

    private void Bind(UnixPairImage image, Slot made)
    {
        DataReference address = plan.Bytes(image.Name, $"{{{SocketText.UnixName(image.Name)}}}");
        PlanLabel nameless = new("nameless"), bound = new("bound");
        if (UnixName.Of(image) is not { } name)
        {
            plan.CallOrJump(null, nameless, SystemCall.Bind, made, address, image.Name.Length);
            plan.Place(nameless);
            return;
        }

        PlanLabel unbound = new("unbound");
        ClientPlace.Enter(name, path => RemoveStale(path, image.Type), nameless);
        plan.CallOrJump(null, unbound, SystemCall.Bind, made, address, image.Name.Length);
        ClientPlace.Leave(name, keep: true);
        plan.Jump(bound);
        plan.Place(unbound);
        ClientPlace.Abandon(name);
        plan.Place(nameless);
        plan.Place(bound);
    }

    private Slot NewUnixSocket(Slot into, int type)
    {
        plan.CallInto(tools.Raw, "socket", SystemCall.Socket, AF_UNIX, type | SOCK_CLOEXEC, 0);
        return tools.Lift(tools.Raw, into);
    }

    /// <summary>What waits at a datagram socket, before it is connected: then only its peer might send. From sockets with the names of
    /// their senders: those of the job that are there already, or one that has the name for a moment.</summary>
    /// <param name="number">At which a description is open; null: nothing but itself is there yet.</param>
    private void Fill(SocketImage image, Func<int, int>? number = null)
    {
        if (image.Domain == AF_UNIX)
        {
            _named[Convert.ToHexString(image.Address)] = image.Numbers[0].Number;
        }

        if (number is null && image.InFlight.Count > 0)
        {
            return;
        }

        for (int i = 0; i < image.Unread.Count; i++)
        {
            UnixMessageImage message = image.Unread[i];
            InFlightImage? flight = image.InFlight.FirstOrDefault(one => one.Message == i);
            if (_named.TryGetValue(Convert.ToHexString(message.Sender), out int sender) && sender != image.Numbers[0].Number)
            {
                Send(sender, message.Bytes, flight, number, image.Address);
                continue;
            }

            Slot from = NewUnixSocket(Connecting, image.Type);
            PlanLabel removed = new("removed");
            if (message.Sender.Length > AtNoName)
            {
                DataReference name = plan.Bytes(message.Sender);
                if (HasPath(message.Sender))
                {
                    RemoveStale(KernelText.Decode(message.Sender.AsSpan(2).TrimEnd((byte)0)), image.Type);
                }

                plan.CallOrJump(null, removed, SystemCall.Bind, from, name, message.Sender.Length);
                if (HasPath(message.Sender))
                {
                    plan.Try(null, SystemCall.Unlink, plan.Text(KernelText.Decode(message.Sender.AsSpan(2).TrimEnd((byte)0))));
                }

                plan.Place(removed);
            }

            Send(from, message.Bytes, flight, number, image.Address);
            plan.Call(null, SystemCall.Close, from);
        }
    }

    /// <summary>What waits at a datagram socket with descriptors or the names of senders.</summary>
    /// <param name="number">At which a description is open.</param>
    public void FillLate(SocketImage image, Func<int, int> number)
    {
        if (image.Directory is { } directory)
        {
            Place.In(directory, () => Fill(image, number));
        }
        else
        {
            Fill(image, number);
        }

        SetOptions(BehindFilling(image.Options), image.Numbers[0].Number);
    }

    private static bool HasPath(byte[] address) => address.Length > AtNoName && address[2] != 0;

    private void PutEnd(UnixPairImage image, Slot made, Action<DescriptorImage, Slot, int> put)
    {
        if ((image.Flags & SOCK_NONBLOCK) == 0)
        {
            plan.Call(null, SystemCall.Fcntl, made, F_SETFL, 0);
        }

        put(image, made, SOCK_NONBLOCK);
    }

    /// <summary>What waits at an end was sent from the other one.</summary>
    private void Fill(UnixPairImage image, Slot other)
    {
        foreach (byte[] message in image.Unread)
        {
            tools.CheckedWrite("fill a socket", SystemCall.Sendto, message.Length,
                other, plan.Bytes(message), message.Length, MSG_NOSIGNAL, 0, 0);
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
