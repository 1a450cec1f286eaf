using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Makes sockets again.</summary>
internal sealed partial class SocketRestore(PlanBuilder plan, RestoreTools tools, HeldNames names)
{
    private const int StatusLength = 144;
    private const ulong ModeOffset = 24;
    private const int TypeMask = 0xF000;
    private const int SocketType = 0xC000;
    private const int ConnectionRefused = 111;
    private const string TakenOver = " is in use here; of a job that is moved: when nobody waits there to be accepted, it is taken over";

    private DataReference? _status;
    private Slot? _mode;

    /// <summary>A socket without a connection.</summary>
    public Slot Open(SocketImage image)
    {
        // The old socket's connections may still linger in TIME_WAIT on this host, and those that are kept have its port already.
        bool lingers = image is { Domain: not AF_UNIX, Type: SOCK_STREAM, Address.Length: > 0 } && !HasOption(image, SOL_SOCKET, SO_REUSEADDR);
        string name = SocketText.Describe(image.Domain, image.Type, image.Address);
        Slot made = tools.Make("socket", SystemCall.Socket, image.Domain, image.Type | SOCK_CLOEXEC | (image.Flags & SOCK_NONBLOCK), image.Protocol);
        RestoreTools.Own(plan, image.SocketOwner, made);
        SetOptions(BeforeFilling(image.Options), made);
        AttachFilter(image.Filter, image.FilterLocked, made);
        PlanLabel opened = new("opened");
        if (image.Address.Length > 0)
        {
            SetReuse(lingers, made, 1);
            DataReference address = plan.Bytes(image.Address, $"{{{name}}}");
            if (UnixName.Of(image) is { } unix)
            {
                Place.Enter(unix, path => RemoveStale(path, image.Type, image.File, opened), null);
            }

            SetFreeBind(image, made, 1);
            Bind(made, address, image.Address.Length, name, image.Domain == AF_NETLINK ? ": another program has that number here" : TakenOver);
            SetFreeBind(image, made, 0);
            Fill(image);
            if (UnixName.Of(image) is { } finished)
            {
                HoldFile(image, finished);
                Place.Leave(finished, keep: true);
            }
        }

        Join(image, made);
        if (image.InFlight.Count == 0)
        {
            SetOptions(BehindFilling(image.Options), made);
        }

        if (image.Backlog is { } backlog)
        {
            plan.Call($"listen at {name}", SystemCall.Listen, made, backlog);
        }

        SetReuse(lingers, made, 0);
        if (image is { Peer.Length: > 0, Domain: not AF_UNIX })
        {
            plan.Call($"connect to {SocketText.Describe(image.Domain, image.Type, image.Peer)}", SystemCall.Connect,
                made, plan.Bytes(image.Peer), image.Peer.Length);
        }

        if (image.Shutdown != 0)
        {
            // Of a socket that is not connected it says ENOTCONN, and does it all the same (inet_shutdown, net/ipv4/af_inet.c).
            plan.Try(null, SystemCall.Shutdown, made, image.Shutdown - 1);
        }

        plan.Place(opened);
        return made;
    }

    private void Bind(Argument socket, DataReference address, int length, string name, string inUse)
    {
        const int addressInUse = 98, refused = 5;
        Slot result = plan.NewSlot();
        PlanLabel bound = new("bound"), free = new("not in use");
        plan.Try(result, SystemCall.Bind, socket, address, length);
        plan.JumpIf(result, Condition.Equal, 0, bound);
        plan.JumpIf(result, Condition.NotEqual, -addressInUse, free);
        plan.Fail($"{name}{inUse}", refused);
        plan.Place(free);
        plan.Call($"bind {name}", SystemCall.Bind, socket, address, length);
        plan.Place(bound);
    }

    /// <summary>As the job's user, whom its clients shall see at the other end: SO_PEERCRED is who called listen last.</summary>
    /// <param name="image">As it was made.</param>
    public void ListenAgain(SocketImage image, int number)
    {
        if (image.Path is { } path && names.Find(path) is { } held)
        {
            PlanLabel bound = new("bound");
            plan.JumpIf(held, Condition.Equal, 0, bound);
            UnixName name = UnixName.Of(image)!.Value;
            Place.Enter(name, stale => RemoveStale(stale, image.Type), null);
            Bind(number, plan.Bytes(image.Address), image.Address.Length, path, TakenOver);
            Place.Leave(name, keep: true);
            plan.Place(bound);
        }

        plan.Call($"listen at descriptor {number}", SystemCall.Listen, number, image.Backlog!.Value);
    }

    private void AttachFilter(byte[] filter, bool locked, Slot made)
    {
        const int instruction = 8;
        if (filter.Length > 0)
        {
            // struct sock_fprog: u16 count, at 8 the address.
            byte[] bytes = new byte[16];
            BitConverter.TryWriteBytes(bytes, (ushort)(filter.Length / instruction));
            DataReference program = plan.Bytes(bytes, $"{{{filter.Length / instruction} instructions}}");
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(program, 8), plan.Bytes(filter));
            plan.Call("attach a socket filter", SystemCall.Setsockopt, made, SOL_SOCKET, SO_ATTACH_FILTER, program, bytes.Length);
        }

        if (locked)
        {
            plan.Call("lock a socket filter", SystemCall.Setsockopt, made, SOL_SOCKET, SO_LOCK_FILTER, plan.Bytes(BitConverter.GetBytes(1)), sizeof(int));
        }
    }

    /// <summary>A socket file that nobody listens at is what the job left behind. Anything else stays, and bind says so.</summary>
    private void RemoveStale(string name, int type, HostFileImage? own = null, PlanLabel? later = null)
    {
        byte[] bytes = UnixAddress(name);
        DataReference address = plan.Bytes(bytes, $"{{{name}}}");
        _status ??= plan.Room(StatusLength, "stat");
        _mode ??= plan.NewSlot();
        Slot answer = _mode.Value;
        PlanLabel free = new("free"), remove = new("remove");
        DataReference path = plan.Text(name);
        plan.CallOrJump(null, free, SystemCall.Newfstatat, AT_FDCWD, path, _status, AT_SYMLINK_NOFOLLOW);
        plan.Do(OperationKind.Load32, answer, Argument.AddressOf(_status, ModeOffset));
        plan.Do(OperationKind.And, answer, answer, TypeMask);
        plan.JumpIf(answer, Condition.NotEqual, SocketType, free);
        plan.CallInto(tools.Raw, "socket", SystemCall.Socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        plan.Try(answer, SystemCall.Connect, tools.Raw, address, bytes.Length);
        plan.Call(null, SystemCall.Close, tools.Raw);
        plan.JumpIf(answer, Condition.Equal, -ConnectionRefused, remove);
        if (own is not null && later is not null)
        {
            names.JumpIfOwn(plan, name, own, _status, later);
        }

        plan.Jump(free);
        plan.Place(remove);
        plan.Call($"remove {name}", SystemCall.Unlink, path);
        plan.Place(free);
    }

    /// <summary>struct sockaddr_un of a path.</summary>
    private static byte[] UnixAddress(string path)
    {
        const int familyLength = 2, longest = 108;
        byte[] text = KernelText.EncodeTerminated(path);
        byte[] address = new byte[familyLength + Math.Min(text.Length, longest)];
        address[0] = AF_UNIX;
        text.AsSpan(0, address.Length - familyLength).CopyTo(address.AsSpan(familyLength));
        return address;
    }

    /// <summary>A message that is sent to one that is told senders is signed by whoever sends it: so it is told so when it has all that waits,
    /// what was sent unsigned among it.</summary>
    private static IReadOnlyList<SocketOptionImage> BehindFilling(IReadOnlyList<SocketOptionImage> options) => [.. options.Where(IsPassCredentials)];

    private static IReadOnlyList<SocketOptionImage> BeforeFilling(IReadOnlyList<SocketOptionImage> options) => [.. options.Where(option => !IsPassCredentials(option))];

    private static bool IsPassCredentials(SocketOptionImage option) => option is { Level: SOL_SOCKET, Option: 16 };

    private void SetOptions(IReadOnlyList<SocketOptionImage> options, Argument made)
    {
        foreach (SocketOptionImage option in options)
        {
            plan.Call($"set socket option {option.Level}/{option.Option}", SystemCall.Setsockopt,
                made, option.Level, option.Option, plan.Bytes(option.Value), option.Value.Length);
            if (option is { Level: SOL_SOCKET, Option: SO_SNDBUF or SO_RCVBUF })
            {
                // More than this host allows: whoever may (CAP_NET_ADMIN) sets it by SO_SNDBUFFORCE or SO_RCVBUFFORCE.
                plan.Try(null, SystemCall.Setsockopt, made, SOL_SOCKET, option.Option == SO_SNDBUF ? 32 : 33,
                    plan.Bytes(option.Value), option.Value.Length);
            }
        }
    }

    /// <summary>For the moment in which it gets an address that no host needs to have.</summary>
    private void SetFreeBind(SocketImage image, Slot made, int value)
    {
        bool six = image.Domain == AF_INET6;
        if (image.IsOfNobody && !HasOption(image, six ? SOL_IPV6 : SOL_IP, six ? IPV6_FREEBIND : IP_FREEBIND) && !HasOption(image, SOL_IP, IP_FREEBIND))
        {
            plan.Call("setsockopt(IP_FREEBIND)", SystemCall.Setsockopt,
                made, six ? SOL_IPV6 : SOL_IP, six ? IPV6_FREEBIND : IP_FREEBIND, plan.Bytes(BitConverter.GetBytes(value)), sizeof(int));
        }
    }

    private void SetReuse(bool needed, Slot made, int value)
    {
        if (needed)
        {
            plan.Call("setsockopt(SO_REUSEADDR)", SystemCall.Setsockopt,
                made, SOL_SOCKET, SO_REUSEADDR, plan.Bytes(BitConverter.GetBytes(value)), sizeof(int));
        }
    }

    private static bool HasOption(SocketImage image, int level, int number)
    {
        foreach (SocketOptionImage option in image.Options)
        {
            if (option.Level == level && option.Option == number)
            {
                return true;
            }
        }

        return false;
    }
}
