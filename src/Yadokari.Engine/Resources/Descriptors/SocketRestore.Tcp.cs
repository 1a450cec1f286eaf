using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>
/// TCP connections with both ends inside, made as any program makes them, by listen, connect and accept, so without a privilege. All
/// sockets of a port have SO_REUSEADDR meanwhile: a listener takes a port that connections have only then.
/// </content>
internal sealed partial class SocketRestore
{
    private const int RefusedStatus = 5;

    /// <summary>So much fits into any new connection.</summary>
    private const int AlwaysFits = 16 * 1024;

    private Slot? _listening;
    private Slot? _connecting;
    private Slot? _accepted;
    private Slot? _tries;
    private Slot? _left;
    private Slot? _at;

    /// <summary>Ports at which the job listens: what is connected there was accepted.</summary>
    public HashSet<int> Listeners { get; } = [];

    private Slot Listening => _listening ??= plan.NewSlot();

    private Slot Connecting => _connecting ??= plan.NewSlot();

    private Slot Accepted => _accepted ??= plan.NewSlot();

    private Slot Tries => _tries ??= plan.NewSlot();

    private Slot Left => _left ??= plan.NewSlot();

    private Slot At => _at ??= plan.NewSlot();

    /// <summary>Both ends of a connection, or one whose other end is closed.</summary>
    /// <param name="image">The first end.</param>
    /// <param name="peer">The other; null: closed.</param>
    /// <param name="put">Gives an end its numbers and closes the passing descriptor.</param>
    public void OpenConnection(TcpEndImage image, TcpEndImage? peer, Action<DescriptorImage, Slot, int> put)
    {
        (TcpEndImage client, TcpEndImage? server) = peer is not null && InetPlace.Of(image.Address) is { } place && Listeners.Contains(place.Port)
            ? (peer, image)
            : (image, peer);
        bool anywhere = client.Address.Length == 0;
        byte[] address = server?.Address ?? (anywhere ? Loopback(client.Domain) : client.Peer);
        DataReference to = plan.Bytes(client.Peer.Length > 0 ? client.Peer : address);

        PlanLabel made = new("made");
        Listen(server?.Domain ?? client.Domain, server?.Unread.Length ?? 0, address, () =>
        {
            if (anywhere || client.IsReset)
            {
                Fail(address);
            }
            else
            {
                Exchanged(client, server, address, made);
            }
        });
        if (anywhere)
        {
            plan.Call("getsockname", SystemCall.Getsockname, Listening, to, plan.Bytes(BitConverter.GetBytes(address.Length)));
        }

        ConnectAndAccept(client, to, address.Length);
        plan.Place(made);

        Fill(client, Accepted);
        if (client.IsReset)
        {
            Reset(client);
            put(client, Connecting, 0);
            return;
        }

        if (server is null)
        {
            plan.Call(null, SystemCall.Close, Accepted);
        }
        else
        {
            Fill(server, Connecting);
            Finish(server, Accepted);
        }

        Finish(client, Connecting);
        put(client, Connecting, 0);
        if (server is not null)
        {
            put(server, Accepted, 0);
        }
    }

    /// <summary>Nobody tells which end was connected once its listener is gone. A port that the kernel chose for who connects may be that of other
    /// connections, too, and of some that linger: no listener takes it. The other one's port was bound.</summary>
    private void Exchanged(TcpEndImage client, TcpEndImage? server, byte[] address, PlanLabel made)
    {
        plan.Call(null, SystemCall.Close, Listening);
        Listen(client.Domain, client.Unread.Length, client.Address, () => Fail(address));
        ConnectAndAccept(server ?? client with { Address = client.Peer, Peer = client.Address, Unread = [] }, plan.Bytes(client.Address), client.Address.Length);
        plan.Set(Tries, Connecting);
        plan.Set(Connecting, Accepted);
        plan.Set(Accepted, Tries);
        plan.Jump(made);
    }

    /// <param name="unread">Bytes that wait at the end that is accepted.</param>
    /// <param name="taken">What to do when the address is in use.</param>
    private void Listen(int domain, int unread, byte[] address, Action taken)
    {
        PlanLabel inUse = new("taken"), bound = new("bound");
        NewSocket(Listening, domain);
        MakeRoom(unread, Listening, SO_RCVBUF, SO_RCVBUFFORCE);
        plan.CallOrJump(null, inUse, SystemCall.Bind, Listening, plan.Bytes(address), address.Length);
        plan.Jump(bound);
        plan.Place(inUse);
        taken();
        plan.Place(bound);
        plan.Call("listen", SystemCall.Listen, Listening, 1);
    }

    private void ConnectAndAccept(TcpEndImage client, DataReference to, int length)
    {
        NewSocket(Connecting, client.Domain);
        MakeRoom(client.Unread.Length, Connecting, SO_RCVBUF, SO_RCVBUFFORCE);
        Connect(client, to, length);
        plan.CallInto(tools.Raw, "accept", SystemCall.Accept, Listening, 0, 0);
        tools.Lift(tools.Raw, Accepted);
        plan.Call(null, SystemCall.Close, Listening);
    }

    private void Fail(byte[] address) =>
        plan.Fail($"tcp {SocketText.EndPoint(address)} is in use, or lingers for a minute since a killed program's connection ended (TIME_WAIT)", RefusedStatus);

    /// <summary>One that waits to be accepted at a listener of the job, which is there already.</summary>
    public Slot OpenWaiting(TcpEndImage image)
    {
        NewSocket(Connecting, image.Domain);
        SetTimeout(Connecting, 5);
        Connect(image, plan.Bytes(image.Peer), image.Peer.Length);
        SetTimeout(Connecting, 0);
        Finish(image, Connecting);
        return Connecting;
    }

    /// <summary>When all listeners have their ports.</summary>
    public void KeepAddress(TcpEndImage image)
    {
        if (!image.ReusesAddress)
        {
            plan.Call("setsockopt(SO_REUSEADDR)", SystemCall.Setsockopt, image.Numbers[0].Number, SOL_SOCKET, SO_REUSEADDR, plan.Bytes(BitConverter.GetBytes(0)), sizeof(int));
        }
    }

    private void NewSocket(Slot into, int domain)
    {
        plan.CallInto(tools.Raw, "socket", SystemCall.Socket, domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
        tools.Lift(tools.Raw, into);
        SetReuse(true, into, 1);
    }

    /// <summary>From its old address. Its port may be one that another connection of the job has as well, or that lingers since the old
    /// connection ended: then the kernel is made to choose it, which takes a second in the latter case.</summary>
    private void Connect(TcpEndImage image, DataReference to, int length)
    {
        const int again = 30;
        PlanLabel taken = new("taken"), connected = new("connected"), next = new("again");
        string name = $"connect tcp {SocketText.EndPoint(image.Address)} to {SocketText.EndPoint(image.Peer)}";
        if (image.Address.Length == 0)
        {
            plan.Call("connect", SystemCall.Connect, Connecting, to, length);
            return;
        }

        plan.CallOrJump(null, taken, SystemCall.Bind, Connecting, plan.Bytes(image.Address), image.Address.Length);
        plan.CallOrJump(null, taken, SystemCall.Connect, Connecting, to, length);
        plan.Jump(connected);
        plan.Place(taken);

        byte[] anyPort = [.. image.Address];
        uint port = BinaryPrimitives.ReadUInt16BigEndian(anyPort.AsSpan(2));
        (anyPort[2], anyPort[3]) = (0, 0);
        plan.Call(null, SystemCall.Close, Connecting);
        NewSocket(Connecting, image.Domain);
        MakeRoom(image.Unread.Length, Connecting, SO_RCVBUF, SO_RCVBUFFORCE);
        plan.Call(name, SystemCall.Setsockopt, Connecting, 0, IP_BIND_ADDRESS_NO_PORT, plan.Bytes(BitConverter.GetBytes(1)), sizeof(int));
        plan.Call(name, SystemCall.Setsockopt, Connecting, 0, IP_LOCAL_PORT_RANGE, plan.Bytes(BitConverter.GetBytes((port << 16) | port)), sizeof(uint));
        plan.Call(name, SystemCall.Bind, Connecting, plan.Bytes(anyPort), anyPort.Length);
        plan.Set(Tries, 0);
        plan.Place(next);
        PlanLabel wait = new("wait");
        plan.CallOrJump(null, wait, SystemCall.Connect, Connecting, to, length);
        plan.Call(null, SystemCall.Setsockopt, Connecting, 0, IP_BIND_ADDRESS_NO_PORT, plan.Bytes(BitConverter.GetBytes(0)), sizeof(int));
        plan.Call(null, SystemCall.Setsockopt, Connecting, 0, IP_LOCAL_PORT_RANGE, plan.Bytes(BitConverter.GetBytes(0)), sizeof(uint));
        plan.Jump(connected);
        plan.Place(wait);
        byte[] tenth = new byte[16];
        BitConverter.TryWriteBytes(tenth.AsSpan(8), 100_000_000L);
        plan.Try(null, SystemCall.Nanosleep, plan.Bytes(tenth), 0);
        plan.Do(OperationKind.Add, Tries, Tries, 1);
        plan.JumpIf(Tries, Condition.Less, again, next);
        plan.Call(name, SystemCall.Connect, Connecting, to, length);
        plan.Place(connected);
    }

    private void MakeRoom(int bytes, Slot socket, int option, int forced)
    {
        if (bytes > AlwaysFits)
        {
            DataReference size = plan.Bytes(BitConverter.GetBytes((int)Math.Min(1 << 29, 4L * bytes)));
            plan.Try(null, SystemCall.Setsockopt, socket, SOL_SOCKET, option, size, sizeof(int));
            plan.Try(null, SystemCall.Setsockopt, socket, SOL_SOCKET, forced, size, sizeof(int));
        }
    }

    private void SetTimeout(Slot socket, long seconds)
    {
        byte[] time = new byte[16];
        BitConverter.TryWriteBytes(time, seconds);
        plan.Call("setsockopt(SO_SNDTIMEO)", SystemCall.Setsockopt, socket, SOL_SOCKET, SO_SNDTIMEO, plan.Bytes(time), time.Length);
    }

    /// <summary>What waits at an end was sent from the other one.</summary>
    private void Fill(TcpEndImage image, Slot other)
    {
        int length = image.Unread.Length;
        if (length == 0)
        {
            return;
        }

        PlanLabel next = new("send");
        MakeRoom(length, other, SO_SNDBUF, SO_SNDBUFFORCE);
        SetTimeout(other, 5);
        plan.Set(At, plan.Bytes(image.Unread));
        plan.Set(Left, length);
        plan.Place(next);
        plan.CallInto(tools.Raw, $"fill a connection with {length} bytes: it takes less than it held", SystemCall.Sendto, other, At, Left, MSG_NOSIGNAL, 0, 0);
        plan.Do(OperationKind.Add, At, At, tools.Raw);
        plan.Do(OperationKind.Subtract, Left, Left, tools.Raw);
        plan.JumpIf(Left, Condition.NotEqual, 0, next);
        SetTimeout(other, 0);
    }

    private void Finish(TcpEndImage image, Slot made)
    {
        RestoreTools.Own(plan, image.SocketOwner, made);

        // Whatever was made larger to take what it held is the kernel's again to size; what the program had set follows.
        plan.Try(null, SystemCall.Setsockopt, made, SOL_SOCKET, SO_BUF_LOCK, plan.Bytes(BitConverter.GetBytes(image.BuffersLocked)), sizeof(int));
        SetOptions(image.Options, made);
        AttachFilter(image.Filter, image.FilterLocked, made);
        if (image.Shutdown != 0)
        {
            plan.Call("shutdown", SystemCall.Shutdown, made, image.Shutdown - 1);
        }
    }

    private static byte[] Loopback(int domain)
    {
        byte[] address = new byte[domain == AF_INET6 ? 28 : 16];
        address[0] = (byte)domain;
        if (domain == AF_INET6)
        {
            address[23] = 1;
        }
        else
        {
            (address[4], address[7]) = (127, 1);
        }

        return address;
    }
}
