using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Turns the images of descriptors into operations of a restore plan. The order in the plan: the memory with the carried
/// files, <see cref="Open"/> (working directory and network namespace are the job's by then), <see cref="Finish"/>, and
/// after the gate, when every other descriptor has been closed, <see cref="Lock"/>.
/// Every number of the job is free before <see cref="Open"/>.
/// </summary>
public sealed partial class DescriptorRestore
{
    // What F_SETFL can set, without O_ASYNC, which comes last.
    private const int SettableFlags = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;

    // What open(2) may be given of F_GETFL's flags: access, O_DSYNC, O_SYNC, O_DIRECTORY, O_NOFOLLOW, O_NOATIME, O_PATH and those of F_SETFL.
    private const int OpenFlags = O_ACCMODE | SettableFlags | 0x1000 | 0x101000 | O_DIRECTORY | O_NOFOLLOW | O_PATH;

    private readonly PlanBuilder _plan;
    private readonly DescriptorTableImage _table;
    private readonly DescriptorRestorePlace _place;
    private readonly RestoreTools _tools;
    private readonly CarriedFileRestore _files;
    private readonly SocketRestore _sockets;
    private readonly Dictionary<ulong, UnixPairImage> _pairs = [];
    private readonly Dictionary<ulong, TcpEndImage> _ends = [];
    private readonly Dictionary<ulong, List<PipeEndImage>> _pipeEnds = [];
    private readonly Dictionary<ulong, PipeImage> _pipes = [];

    public DescriptorRestore(PlanBuilder plan, DescriptorTableImage table, DescriptorRestorePlace place)
    {
        _plan = plan;
        _table = table;
        _place = place;
        _tools = new RestoreTools(plan, place);
        _files = new CarriedFileRestore(plan, table, place);
        _sockets = new SocketRestore(plan, _tools, place.HeldNames);
        _sockets.Listeners.UnionWith(table.Descriptions.OfType<SocketImage>().Where(socket => socket.Backlog is not null).Select(socket => InetPlace.Of(socket.Address)?.Port ?? 0));
        _sockets.BoundFiles.UnionWith(table.Descriptions.OfType<SocketImage>().Select(UnixName.Of).Where(name => name?.Owner is not null).Select(name => name!.Value.File));
        HashSet<ulong> peers = [.. table.Descriptions.OfType<SocketImage>().Select(socket => socket.PeerId), .. table.Descriptions.OfType<UnixPairImage>().Select(pair => pair.ListenerId)];
        _sockets.Peers.UnionWith(table.Descriptions.OfType<SocketImage>().Select(socket => socket.Id).Where(id => id != 0 && peers.Contains(id)));
        foreach (PipeImage pipe in table.Pipes)
        {
            _pipes[pipe.Id] = pipe;
        }

        foreach (DescriptorImage image in table.Descriptions)
        {
            if (image is UnixPairImage pair)
            {
                _pairs[pair.Id] = pair;
            }
            else if (image is TcpEndImage connected)
            {
                _ends[connected.Id] = connected;
            }
            else if (image is PipeEndImage end)
            {
                if (!_pipeEnds.TryGetValue(end.PipeId, out List<PipeEndImage>? same))
                {
                    _pipeEnds.Add(end.PipeId, same = []);
                }

                same.Add(end);
            }
        }
    }

    /// <summary>Opens everything at its numbers.</summary>
    public void Open()
    {
        HashSet<ulong> done = [];
        OpenTerminals();
        foreach (DescriptorImage image in InOrder())
        {
            switch (image)
            {
                case PathImage path:
                    if (!path.AfterThreads && !path.AfterRelatives)
                    {
                        OpenPath(path);
                    }

                    break;
                case RemovedDirectoryImage directory:
                    OpenRemoved(directory);
                    break;
                case CarriedFileDescriptorImage carried:
                    OpenCarried(carried);
                    break;
                case InheritedStreamImage stream:
                    Inherit(stream, _place.Streams[stream.Stream], stream.Exact);
                    break;
                case TerminalImage terminal:
                    OpenTerminal(terminal);
                    break;
                case SharedDescriptorImage shared:
                    foreach (DescriptorNumber number in shared.Numbers)
                    {
                        _plan.Call($"open descriptor {number.Number}", SystemCall.Dup3, _place.Shared(shared.Index), number.Number, number.CloseOnExec ? O_CLOEXEC : 0);
                    }

                    break;
                case PipeEndImage end when done.Add(end.PipeId):
                    OpenPipe(end.PipeId);
                    break;
                case PosixQueueEndImage queue:
                    OpenQueue(queue);
                    break;
                case EventFdImage counter:
                    OpenEventFd(counter);
                    break;
                case EpollImage:
                    Put(image, _tools.Make("epoll_create", SystemCall.Epoll_create1, O_CLOEXEC), 0);
                    break;
                case TimerFdImage timer:
                    OpenTimer(timer);
                    break;
                case SignalFdImage signals:
                    Put(image, _tools.Make("signalfd", SystemCall.Signalfd4, -1, _plan.Bytes(BitConverter.GetBytes(signals.Mask)), 8,
                        O_CLOEXEC | (image.Flags & O_NONBLOCK)), O_NONBLOCK);
                    break;
                case InotifyImage inotify:
                    Slot watching = _tools.Make("inotify_init", SystemCall.Inotify_init1, O_CLOEXEC | (image.Flags & O_NONBLOCK));
                    InotifyRestore.Add(_plan, watching, inotify);
                    Put(image, watching, O_NONBLOCK);
                    break;
                case UnixPairImage { Waits: true } waiting:
                    _sockets.OpenWaiting(waiting, Put);
                    break;
                case UnixPairImage pair when done.Add(pair.Id):
                    done.Add(pair.PeerId);
                    _sockets.OpenPair(pair, FindPair(pair.PeerId), Put);
                    break;
                case TcpEndImage { Waits: true } waiting:
                    Put(image, _sockets.OpenWaiting(waiting), 0);
                    break;
                case TcpEndImage end when done.Add(end.Id):
                    done.Add(end.PeerId);
                    _sockets.OpenConnection(end, FindEnd(end.PeerId), Put);
                    break;
                case SocketImage socket:
                    Put(image, _sockets.Open(socket), O_NONBLOCK);
                    break;
            }
        }

        CloseRemoved();
        _sockets.ConnectPeers([.. _table.Descriptions.OfType<SocketImage>()]);

        foreach (TcpEndImage end in _table.Descriptions.OfType<TcpEndImage>())
        {
            _sockets.KeepAddress(end);
        }
    }

    /// <summary>There is something for <see cref="FillLate"/>.</summary>
    public bool HasLate => _table.Descriptions.Any(image => image is UnixPairImage { InFlight.Count: > 0 } or SocketImage { InFlight.Count: > 0 });

    /// <summary>What waits with descriptors, which may be any of the table, the socket itself among them, or with the names of senders: when
    /// all processes are there, so that they can be named.</summary>
    public void FillLate()
    {
        int Number(int index) => _table.Descriptions[index].Numbers[0].Number;
        HashSet<ulong> filled = [];
        foreach (DescriptorImage image in _table.Descriptions)
        {
            if (image is UnixPairImage { Waits: false } pair && FindPair(pair.PeerId) is { } peer && filled.Add(pair.Id) && filled.Add(peer.Id))
            {
                _sockets.FillLate(pair, peer, Number);
            }
            else if (image is SocketImage { InFlight.Count: > 0 } socket)
            {
                _sockets.FillLate(socket, Number);
            }
        }
    }

    /// <summary>A socket whose file was removed or renamed gives its name free again: before another one is bound to it. A connection has its port
    /// before the listener that has the same, and what waits to be accepted comes behind that. An inotify
    /// may watch what is open.</summary>
    private IEnumerable<DescriptorImage> InOrder() => _table.Descriptions.OrderBy(image => image switch
    {
        SocketImage { Path: not null, PathOwner: null } or TcpEndImage { Waits: false } or UnixPairImage { Waits: false } => 0,
        SocketImage { RenamedTo: not null } => 1,
        SocketImage { Unread.Count: > 0 } => 2,
        TcpEndImage => 4,
        UnixPairImage waiting => 5 + waiting.Place,
        InotifyImage => int.MaxValue,
        _ => 3,
    });

    /// <summary>What needs every descriptor in its place: epoll targets, seals, owners.</summary>
    public void Finish()
    {
        OpenFilesOfRelatives();
        OpenPidFds();
        foreach (DescriptorImage image in _table.Descriptions)
        {
            if (image is EpollImage or SharedDescriptorImage { Targets.Count: > 0 })
            {
                Watch(image.Numbers[0].Number, image is EpollImage epoll ? epoll.Targets : ((SharedDescriptorImage)image).Targets);
            }
        }

        _files.Finish();
        if (_table.Descriptions.Any(image => image.Owner != 0))
        {
            _place.AwaitRelatives();
        }

        foreach (DescriptorImage image in _table.Descriptions)
        {
            int number = image.Numbers[0].Number;
            if (image.Owner != 0)
            {
                _plan.Call($"set the owner of descriptor {number}", SystemCall.Fcntl, number, F_SETOWN, image.Owner);
            }

            if (image.Signal != 0)
            {
                _plan.Call($"set the signal of descriptor {number}", SystemCall.Fcntl, number, F_SETSIG, image.Signal);
            }

            if ((image.Flags & O_ASYNC) != 0 && image is not (InheritedStreamImage or TerminalImage))
            {
                _plan.Call($"set the flags of descriptor {number}", SystemCall.Fcntl, number, F_SETFL,
                    image.Flags & (SettableFlags | O_ASYNC));
            }
        }
    }

    private void OpenPidFds()
    {
        IReadOnlyList<PidFdImage> processes = [.. _table.Descriptions.OfType<PidFdImage>()];
        if (processes.Count > 0)
        {
            _place.AwaitRelatives();
        }

        foreach (PidFdImage image in processes.Where(image => image.Pid != 0))
        {
            Put(image, PidFdRestore.Open(_tools, image.Pid), 0);
        }

        foreach (IGrouping<ulong, PidFdImage> gone in processes.Where(image => image.Pid == 0).GroupBy(image => image.Process))
        {
            PidFdRestore.OpenGone(_plan, _tools, _place.FreePid(), [.. gone.Select<PidFdImage, Action<Slot>>(image => made => Put(image, made, 0))]);
        }
    }

    /// <summary>As the job's user, with all threads there: what belongs to a thread, and whom clients of a listener see. And file locks: after the gate, since a frozen source still holds them, and with nothing of the same files closed
    /// afterwards (closing any descriptor of a file drops the process' POSIX locks on it).</summary>
    public void Lock()
    {
        _files.GiveNames();
        foreach (DescriptorImage image in _table.Descriptions)
        {
            switch (image)
            {
                case PathImage { AfterThreads: true } path:
                    OpenPath(path);
                    break;
                case SocketImage { Domain: AF_UNIX, Backlog: not null } listener:
                    _sockets.ListenAgain(listener, image.Numbers[0].Number);
                    break;
                case InotifyImage inotify:
                    InotifyRestore.Arm(_plan, image.Numbers[0].Number, inotify.Watches);
                    break;
                case SharedDescriptorImage { Watches.Count: > 0 } inotify:
                    InotifyRestore.Arm(_plan, image.Numbers[0].Number, inotify.Watches);
                    break;
                case SharedDescriptorImage { Listens: true } shared:
                    _sockets.ListenAgain((SocketImage)_place.SharedImage(shared.Index), image.Numbers[0].Number);
                    break;
            }
        }

        foreach (DescriptorImage image in _table.Descriptions)
        {
            DescriptorLockRestore.Emit(_plan, image);
        }
    }

    private TcpEndImage? FindEnd(ulong id) => id != 0 ? _ends.GetValueOrDefault(id) : null;

    private UnixPairImage? FindPair(ulong id) => id != 0 ? _pairs.GetValueOrDefault(id) : null;

    private void OpenPath(PathImage image)
    {
        int flags = (image.Flags & OpenFlags) | O_NOCTTY | O_CLOEXEC;

        // A file made with O_TMPFILE, which has this bit in it, and linked later, is no directory.
        flags &= image.IsDirectory ? ~0 : ~O_DIRECTORY;
        if (image.IsRegular && !image.IsKernelMade && (image.Flags & O_PATH) == 0)
        {
            // Whatever is at the path here: to open a pipe would wait for its other end, and to seek in it fails.
            Slot file = _tools.Make($"open {image.Path}", SystemCall.Open, _plan.Text(image.Path), flags | O_NONBLOCK, 0);
            RequireSize(image, file);
            _plan.Call($"seek in {image.Path}", SystemCall.Lseek, file, image.Offset, 0);
            if ((image.Flags & O_NONBLOCK) == 0)
            {
                SetFlags(image, file);
            }

            Put(image, file, SettableFlags);
            return;
        }

        Slot made = _tools.Make($"open {image.Path}", SystemCall.Open, _plan.Text(image.Path), flags, 0);
        if (image.Offset != 0 && (image.Flags & O_PATH) == 0)
        {
            // A place in a directory or in a file of the kernel may not exist any more; then reading goes on elsewhere.
            _plan.Try(null, SystemCall.Lseek, made, image.Offset, 0);
        }

        Put(image, made, SettableFlags);
    }

    private void RequireSize(PathImage image, Slot file)
    {
        const int fromEnd = 2, refused = 5;
        if (image.Size > 0)
        {
            PlanLabel whole = new("long enough");
            _plan.CallInto(_tools.Raw, $"seek in {image.Path}", SystemCall.Lseek, file, 0, fromEnd);
            _plan.JumpIf(_tools.Raw, Condition.GreaterOrEqual, image.Size, whole);
            _plan.Fail($"{image.Path} is shorter than it was: {image.Size} bytes at the checkpoint", refused);
            _plan.Place(whole);
        }
    }

    private void OpenCarried(CarriedFileDescriptorImage image)
    {
        int flags = (image.Flags & (O_ACCMODE | SettableFlags | 0x101000)) | O_CLOEXEC;
        _files.AllowOpening(image.FileId);

        // Made by O_TMPFILE, and so was the carried file: its own description has the flag, which no reopening brings back.
        Slot made = (image.Flags & O_TMPFILE) == O_TMPFILE && (image.Flags & O_ACCMODE) == O_RDWR && _files.TryTake(image.FileId)
            ? _tools.Duplicate(_files.Slot(image.FileId))
            : _tools.Reopen($"open {image.Name}", _files.Slot(image.FileId), flags);
        if (image.Offset != 0)
        {
            _plan.Call($"seek in {image.Name}", SystemCall.Lseek, made, image.Offset, 0);
        }

        Put(image, made, SettableFlags);
    }

    private void Inherit(DescriptorImage image, Slot others, bool exact = false)
    {
        foreach (DescriptorNumber number in image.Numbers)
        {
            Slot source = number.Number <= 2 && !exact ? _place.Streams[number.Number] : others;

            // A resumer may have closed the stream; then the job has none either.
            _plan.Try(null, SystemCall.Dup3, source, number.Number, number.CloseOnExec ? O_CLOEXEC : 0);
        }

        if ((image.Flags & O_NONBLOCK) != 0)
        {
            // Its program waits in poll and expects EAGAIN. The other flags of the resumer's stream stay as they are.
            Slot flags = _plan.NewSlot();
            int number = image.Numbers[0].Number;
            _plan.Try(flags, SystemCall.Fcntl, number, F_GETFL, 0);
            PlanLabel closed = new("closed");
            _plan.JumpIf(flags, Condition.Less, 0, closed);
            _plan.Do(OperationKind.And, flags, flags, ~(ulong)O_NONBLOCK);
            _plan.Do(OperationKind.Add, flags, flags, O_NONBLOCK);
            _plan.Try(null, SystemCall.Fcntl, number, F_SETFL, flags);
            _plan.Place(closed);
        }
    }

    private void OpenTerminal(TerminalImage image)
    {
        if (image.Numbers[0].Number <= 2)
        {
            Inherit(image, _place.Streams[image.Numbers[0].Number]);
            return;
        }

        // The resumer's terminal, or where it has none its stream of that direction.
        PlanLabel none = new("no-terminal"), done = new("terminal");
        Slot opened = _tools.Raw;
        _plan.CallOrJump(opened, none, SystemCall.Open, _plan.Text("/dev/tty"), (image.Flags & (O_ACCMODE | O_NONBLOCK)) | O_NOCTTY | O_CLOEXEC, 0);
        Put(image, _tools.Lift(opened), SettableFlags);
        _plan.Jump(done);
        _plan.Place(none);
        Inherit(image, _place.Streams[(image.Flags & O_ACCMODE) == 1 ? 1 : 0]);
        _plan.Place(done);
    }

    private void OpenQueue(PosixQueueEndImage image)
    {
        // Not as others: that it is closed on exec is among its flags (F_GETFL) for ever.
        Slot made = _tools.Make($"open the message queue /{image.Name}", SystemCall.Mq_open, _plan.Text(_place.Queue(image.Queue)), image.Flags & (O_ACCMODE | O_NONBLOCK | O_CLOEXEC), 0, 0);
        if (image.Offset != 0)
        {
            _plan.Call($"seek in the message queue /{image.Name}", SystemCall.Lseek, made, image.Offset, 0);
        }

        Put(image, made, O_NONBLOCK);
    }

    private void OpenEventFd(EventFdImage image)
    {
        int flags = O_CLOEXEC | (image.Flags & O_NONBLOCK) | (image.Semaphore ? 1 : 0);
        bool fits = image.Count <= uint.MaxValue;
        Slot made = _tools.Make("eventfd", SystemCall.Eventfd2, fits ? image.Count : 0, flags);
        if (!fits)
        {
            _tools.CheckedWrite("set an eventfd", SystemCall.Write, 8, made, _plan.Bytes(BitConverter.GetBytes(image.Count)), 8);
        }

        Put(image, made, O_NONBLOCK);
    }

    private void OpenTimer(TimerFdImage image)
    {
        const ulong second = 1_000_000_000;
        const int setTicks = 0x40085400;
        Slot made = _tools.Make("timerfd_create", SystemCall.Timerfd_create, image.ClockId, O_CLOEXEC | (image.Flags & O_NONBLOCK));
        if (image.Value != 0)
        {
            // struct itimerspec: interval, then value, each seconds and nanoseconds.
            byte[] times = new byte[32];
            BitConverter.TryWriteBytes(times, image.Interval / second);
            BitConverter.TryWriteBytes(times.AsSpan(8), image.Interval % second);
            BitConverter.TryWriteBytes(times.AsSpan(16), image.Value / second);
            BitConverter.TryWriteBytes(times.AsSpan(24), image.Value % second);
            _plan.Call("timerfd_settime", SystemCall.Timerfd_settime, made, image.SettimeFlags, _plan.Bytes(times), 0);
        }

        if (image.Ticks != 0)
        {
            _plan.Call("set the expirations of a timerfd", SystemCall.Ioctl, made, setTicks, _plan.Bytes(BitConverter.GetBytes(image.Ticks)));
        }

        Put(image, made, O_NONBLOCK);
    }

    /// <summary>Gives a description its numbers and the flags it was not made with, and closes the passing descriptor.</summary>
    private void Put(DescriptorImage image, Slot made, int flagsThatAreSet)
    {
        if ((image.Flags & SettableFlags & ~flagsThatAreSet) != 0 && (image.Flags & O_PATH) == 0)
        {
            SetFlags(image, made);
        }

        Number(image, made);
        _plan.Call(null, SystemCall.Close, made);
    }

    private void SetFlags(DescriptorImage image, Slot made) =>
        _plan.Call($"set the flags of descriptor {image.Numbers[0].Number}", SystemCall.Fcntl, made, F_SETFL, image.Flags & SettableFlags);

    private void Number(DescriptorImage image, Slot made)
    {
        foreach (DescriptorNumber number in image.Numbers)
        {
            _plan.Call($"open descriptor {number.Number}", SystemCall.Dup3, made, number.Number, number.CloseOnExec ? O_CLOEXEC : 0);
        }
    }

    private static IReadOnlyList<byte[]> Join(IReadOnlyList<byte[]> pieces)
    {
        if (pieces.Count <= 1)
        {
            return pieces;
        }

        using MemoryStream all = new();
        foreach (byte[] piece in pieces)
        {
            all.Write(piece);
        }

        return [all.ToArray()];
    }
}
