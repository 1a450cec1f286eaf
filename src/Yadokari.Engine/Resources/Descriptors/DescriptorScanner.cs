using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One scan: sorts every description into an image or an obstacle.</summary>
internal sealed partial class DescriptorScanner : IDisposable
{
    private const int AccessMode = 3;
    private const int WriteOnly = 1;
    private const int PathOnly = 0x200000;      // O_PATH
    private const uint AbsoluteTime = 1;        // TFD_TIMER_ABSTIME

    private readonly int pid;
    private readonly CaptureOptions options;
    private readonly bool frozen;
    private readonly JobPaths paths;
    private readonly List<OpenDescription> descriptions;
    private readonly SocketScanner sockets;
    private readonly ProgramFiles programFiles;
    private readonly CallerStreams callers;
    private readonly List<DescriptorImage> images = [];
    private readonly List<Obstacle> obstacles = [];
    private readonly Dictionary<(ulong, ulong), CarriedFileImage> files = [];
    private readonly List<CarriedContent> contents = [];
    private readonly List<PipeImage> pipes = [];
    private ProcStatus? status;

    public DescriptorScanner(int pid, CaptureOptions options, SafeFileHandle? unixDiag, bool frozen)
    {
        this.pid = pid;
        this.options = options;
        this.frozen = frozen;
        paths = new JobPaths(pid);
        descriptions = OpenDescription.FetchAll(pid);
        programFiles = new ProgramFiles(pid, paths, descriptions);
        callers = new CallerStreams(options);
        sockets = new SocketScanner(pid, unixDiag, frozen, paths, descriptions, obstacles);
    }

    public DescriptorCapture Run()
    {
        Dictionary<string, List<OpenDescription>> pipeEnds = [];
        foreach (OpenDescription description in descriptions)
        {
            if (callers.Match(description) is { } stream)
            {
                Add(description, OfCaller(description, stream));
            }
            else if (IsInheritedByOption(description))
            {
                Add(description, Inherit(description));
            }
            else if (description.Link.StartsWith("pipe:[", StringComparison.Ordinal))
            {
                if (!pipeEnds.TryGetValue(description.Link, out List<OpenDescription>? ends))
                {
                    pipeEnds.Add(description.Link, ends = []);
                }

                ends.Add(description);
            }
            else
            {
                Add(description, Scan(description));
            }
        }

        foreach (List<OpenDescription> ends in pipeEnds.Values)
        {
            ScanPipe(ends);
        }

        if (!frozen)
        {
            FindSharedPipes(pipeEnds);
        }

        images.Sort((left, right) => left.Numbers[0].Number.CompareTo(right.Numbers[0].Number));
        DescriptorTableImage table = new() { Descriptions = images, Pipes = pipes, Files = [.. files.Values] };
        return new DescriptorCapture(table, contents, obstacles);
    }

    public void Dispose()
    {
        callers.Dispose();
        foreach (OpenDescription description in descriptions)
        {
            description.Dispose();
        }
    }

    private DescriptorImage? Scan(OpenDescription description)
    {
        if (description.Link.StartsWith("anon_inode:", StringComparison.Ordinal))
        {
            return ScanAnonymous(description);
        }

        if ((description.Flags & PathOnly) != 0)
        {
            return ScanPath(description);
        }

        FileStatus status = description.Status;
        if (status.IsSocket)
        {
            return sockets.Scan(description);
        }

        if (!description.Link.StartsWith('/'))
        {
            return Refuse(description, "unknown-descriptor", $"{description.Link} can't be carried; close it");
        }

        if (status.IsFifo)
        {
            return description.StandardStream >= 0
                ? InheritOutside(description)
                : Refuse(description, "fifo", $"named pipe {description.Link} may lead to another process; close it");
        }

        if (status.IsCharacterDevice)
        {
            return ScanDevice(description);
        }

        return status.IsRegular || status.IsDirectory
            ? ScanPath(description)
            : Refuse(description, "device", $"{description.Link} belongs to this host; close it");
    }

    private DescriptorImage? ScanDevice(OpenDescription description)
    {
        // Major 1: mem devices (null, zero, full, random, urandom).
        if (description.Status.RawMajor == 1 && description.Status.RawMinor is 3 or 5 or 7 or 8 or 9)
        {
            return ScanPath(description);
        }

        // /dev/ptmx is the other side of a terminal, that of a terminal emulator.
        bool master = description.Status is { RawMajor: 5, RawMinor: 2 };
        if (!master && Descriptor.IsTerminal(description.Handle))
        {
            if (options.RefuseOutsideStreams)
            {
                return RefuseTerminal(description);
            }

            return new TerminalImage { Numbers = description.Numbers, Flags = description.Flags, Path = description.Link };
        }

        return Refuse(description, "device", $"{description.Link} belongs to this host; close it");
    }

    private const long MessageQueueFileSystem = 0x19800202; // MQUEUE_MAGIC

    private DescriptorImage? ScanPath(OpenDescription description)
    {
        FileStatus status = description.Status;
        ProgramFile? known = programFiles.Find(description);
        string own = paths.Own(description.Link);
        FileStatus? now = paths.Status(own);
        if (known is { Travels: true } named && !(now?.IsSameFile(status) ?? false))
        {
            // The kernel still calls it by the number that it was made under.
            (own, now) = (named.Path, status);
        }

        if (now is not null && now.Value.IsSameFile(status))
        {
            if ((description.Flags & PathOnly) == 0 && programFiles.Travels(status))
            {
                return ScanCarried(description, CarriedFileKind.Travelling, own);
            }

            return new PathImage
            {
                Numbers = description.Numbers,
                Flags = description.Flags,
                Path = own,
                Offset = description.Info.Position,
                Mode = status.Mode,
                Size = status.Size,
                ModifiedNanoseconds = status.ModifiedNanoseconds,
                OpenedAs = known?.Path,
            };
        }

        if (!status.IsRegular)
        {
            return Refuse(description, "removed-directory", $"{description.Link} does not exist any more; close it");
        }

        if (description.Link.StartsWith("/secretmem", StringComparison.Ordinal))
        {
            return Refuse(description, "secret-memory", "memory of memfd_secret can be read by nobody else; close it");
        }

        if (Descriptor.GetFileSystemType(description.Handle) == MessageQueueFileSystem)
        {
            return Refuse(description, "message-queue", $"the POSIX message queue {description.Link} can't be carried; close it");
        }

        if (status.Links > 0)
        {
            return Refuse(description, "unreachable-file", $"{description.Link} lives on by another name (a hard link) or where its path does not lead; close it");
        }

        return (description.Flags & PathOnly) != 0
            ? Refuse(description, "removed-file", $"{description.Link} was opened with O_PATH and is removed; close it")
            : ScanCarried(description, CarriedFileKind.Deleted, description.Link);
    }

    /// <summary>A file whose content comes along: memory file, removed while open, or one that travels.</summary>
    /// <param name="named">Kind of a file that is no memory file.</param>
    /// <param name="path">Its path, or its former one.</param>
    private CarriedFileDescriptorImage? ScanCarried(OpenDescription description, CarriedFileKind named, string path)
    {
        FileStatus status = description.Status;
        string name = path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path[..^" (deleted)".Length] : path;
        bool memory = name.StartsWith("/memfd:", StringComparison.Ordinal) && status.Links == 0;
        if (!files.TryGetValue((status.Device, status.Inode), out CarriedFileImage? file))
        {
            SafeFileHandle? own = Descriptor.Reopen(description.Handle, 0);
            if (own is null)
            {
                Refuse(description, "unreadable-removed-file", $"{description.Link} {(named == CarriedFileKind.Travelling ? "travels" : "is removed")} and may not be read; close it");
                return null;
            }

            int? seals = memory ? Descriptor.GetSeals(description.Handle) : null;
            file = new CarriedFileImage(files.Count, memory ? CarriedFileKind.MemoryFile : named,
                memory ? name["/memfd:".Length..] : paths.Own(name), status.Device, status.Inode, status.Size, status.Permissions, seals);
            files.Add((status.Device, status.Inode), file);
            contents.Add(new CarriedContent(file, own, frozen ? SparseFile.FindData(own, status.Size) : []));
        }

        return new CarriedFileDescriptorImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            FileId = file.Id,
            Offset = description.Info.Position,
            Name = path,
            Travels = file.Kind == CarriedFileKind.Travelling,
        };
    }

    private DescriptorImage? ScanAnonymous(OpenDescription description)
    {
        ProcFdInfo info = description.Info;
        string kind = description.Link["anon_inode:".Length..].Trim('[', ']');
        return kind switch
        {
            "eventfd" when info.EventFd is { } counter => new EventFdImage
            {
                Numbers = description.Numbers,
                Flags = description.Flags,
                Count = counter.Count,
                Semaphore = counter.Semaphore,
            },
            "eventpoll" => ScanEpoll(description),
            "timerfd" when info.TimerFd is { } timer => ScanTimer(description, Refreshed(description, timer)),
            "signalfd" when info.SignalMask is { } mask => new SignalFdImage
            {
                Numbers = description.Numbers,
                Flags = description.Flags,
                Mask = mask,
            },
            "inotify" when info.InotifyWatches.Count == 0 && Descriptor.GetReadableBytes(description.Handle) > 0 =>
                Refuse(description, "inotify-watch", "events wait unread in it; read them"),
            "inotify" when info.InotifyWatches.Count == 0 => new InotifyImage { Numbers = description.Numbers, Flags = description.Flags },
            "inotify" => Refuse(description, "inotify-watch", $"it watches {info.InotifyWatches.Count} files; remove the watches"),
            "io_uring" => Refuse(description, "io-uring", "an io_uring can't be carried; run the program without it"),
            "userfaultfd" => Refuse(description, "userfaultfd", "its page faults are served by hand; close it"),
            "pidfd" => Refuse(description, "pidfd", $"it stands for process {info.PidFdPid}; close it"),
            "fanotify" => Refuse(description, "fanotify", "a fanotify group can't be carried; close it"),
            "perf_event" => Refuse(description, "perf-event", "performance counters can't be carried; close it"),
            _ when kind.StartsWith("bpf", StringComparison.Ordinal) => Refuse(description, "bpf", $"{kind} lives in the kernel; close it"),
            _ => Refuse(description, "unknown-descriptor", $"{description.Link} can't be carried; close it"),
        };
    }

    /// <summary>A periodic timer that expired and was not read yet counts no further until it is looked at: its program
    /// would find all expirations in its next read.</summary>
    private TimerFdInfo Refreshed(OpenDescription description, TimerFdInfo timer)
    {
        if (!frozen || timer.Value != 0 || timer.Interval == 0)
        {
            return timer;
        }

        Descriptor.RefreshTimer(description.Handle);
        return ProcFdInfo.Read(pid, description.First)?.TimerFd ?? timer;
    }

    private static TimerFdImage ScanTimer(OpenDescription description, TimerFdInfo timer)
    {
        const int realTime = 0, realTimeAlarm = 8;
        ulong value = timer.Value;
        if (value == 0 && timer.Interval > 0 && timer.Ticks > 0)
        {
            // A periodic timer that has expired and was not read: its next expiration is one interval away.
            value = timer.Interval;
        }

        // /proc tells the time that is left. For a wall clock timer the program meant a moment, not a span.
        bool moment = value > 0 && (timer.SettimeFlags & AbsoluteTime) != 0 && timer.ClockId is realTime or realTimeAlarm;
        if (moment)
        {
            value += (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        }

        return new TimerFdImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            ClockId = timer.ClockId,
            SettimeFlags = moment ? timer.SettimeFlags : timer.SettimeFlags & ~AbsoluteTime,
            Value = value,
            Interval = timer.Interval,
            Ticks = timer.Ticks,
        };
    }

    private EpollImage? ScanEpoll(OpenDescription description)
    {
        List<EpollTargetImage> targets = [];
        foreach (EpollTarget target in description.Info.EpollTargets)
        {
            OpenDescription? watched = descriptions.Find(other => other.Numbers.Exists(number => number.Number == target.Descriptor));
            int earlier = targets.Count(other => other.Number == target.Descriptor);
            if (watched is null || (target.Inode != 0 && watched.Info.Inode != target.Inode)
                || Kcmp.IsOtherThanWatched(pid, description.First, target.Descriptor, earlier))
            {
                Refuse(description, "epoll-stale-target", $"it watches a file whose descriptor {target.Descriptor} has been closed");
                return null;
            }

            bool mayFail = watched.StandardStream >= 0 || watched.Status.IsCharacterDevice;
            targets.Add(new EpollTargetImage(target.Descriptor, target.Events, target.Data, mayFail));
        }

        // The kernel tells them in the order of its pointers; equal processes shall have equal images.
        targets.Sort((left, right) => left.Number.CompareTo(right.Number));
        return new EpollImage { Numbers = description.Numbers, Flags = description.Flags, Targets = targets };
    }

    private void ScanPipe(List<OpenDescription> ends)
    {
        OpenDescription? reader = ends.Find(end => (end.Flags & AccessMode) != WriteOnly);
        OpenDescription? writer = ends.Find(end => (end.Flags & AccessMode) != 0);

        // One end only: whether anybody holds the other shows as hang-up (no writer) or error (no reader).
        bool closed = (reader is null && (Descriptor.Poll(writer!.Handle, Descriptor.PollOut, TimeSpan.Zero) & Descriptor.PollError) != 0)
            || (writer is null && (Descriptor.Poll(reader!.Handle, Descriptor.PollIn, TimeSpan.Zero) & Descriptor.PollHangUp) != 0);
        bool inside = closed || (reader is not null && writer is not null);
        if (!inside)
        {
            foreach (OpenDescription end in ends)
            {
                Add(end, end.StandardStream >= 0
                    ? InheritOutside(end)
                    : Refuse(end, "pipe-to-outside", $"the other end of {end.Link} is in another process; close it or make it one of the streams 0-2"));
            }

            return;
        }

        IReadOnlyList<byte[]> unread = frozen && reader is not null ? PipeContent.Peek(reader.Handle) : [];
        pipes.Add(new PipeImage(ends[0].Status.Inode, Descriptor.GetPipeSize(ends[0].Handle), unread));
        foreach (OpenDescription end in ends)
        {
            Add(end, new PipeEndImage { Numbers = end.Numbers, Flags = end.Flags, PipeId = end.Status.Inode });
        }
    }

    private void FindSharedPipes(Dictionary<string, List<OpenDescription>> pipeEnds)
    {
        HashSet<string> links = [];
        foreach ((string link, List<OpenDescription> ends) in pipeEnds)
        {
            if (pipes.Exists(pipe => pipe.Id == ends[0].Status.Inode))
            {
                links.Add(link);
            }
        }

        if (links.Count == 0)
        {
            return;
        }

        foreach ((string link, int other) in SharedPipes.FindOthers(pid, links))
        {
            Refuse(pipeEnds[link][0], "pipe-to-outside", $"{link} is shared with process {other}; close it on one side");
        }
    }

    private void Add(OpenDescription description, DescriptorImage? image)
    {
        if (image is null)
        {
            return;
        }

        if (image is InheritedStreamImage or TerminalImage)
        {
            images.Add(image);
            return;
        }

        foreach (FileLock held in description.Info.Locks)
        {
            if (held.Kind is FileLockKind.Lease or FileLockKind.Unknown)
            {
                Refuse(description, "file-lease", $"a lease on {description.Link} can't be carried; give it up");
            }
            else if (image is not PathImage)
            {
                Refuse(description, "file-lock", $"a lock on {description.Link}, which is no file with a path, can't be carried; give it up");
            }
        }

        images.Add(image with { Locks = description.Info.Locks, Owner = Owner(description), Signal = Signal(description) });
    }

    private int Signal(OpenDescription description) =>
        (description.Flags & PathOnly) != 0 ? 0 : Descriptor.GetSignal(description.Handle);

    /// <summary>The owner in the job's own pid numbers.</summary>
    private int Owner(OpenDescription description)
    {
        if ((description.Flags & PathOnly) != 0)
        {
            return 0;
        }

        int owner = Descriptor.GetOwner(description.Handle);
        if (owner == 0)
        {
            return 0;
        }

        status ??= ProcStatus.Read(pid);
        if (owner == pid && status is { NsPid.Count: > 0 } && !Descriptor.IsOwnedByThread(description.Handle))
        {
            return status.NsPid[^1];
        }

        Refuse(description, "descriptor-owner", $"its signals go to {(owner < 0 ? "process group" : owner == pid ? "thread" : "process")} {Math.Abs(owner)}; that can't be carried");
        return 0;
    }

    private DescriptorImage? Refuse(OpenDescription description, string name, string detail)
    {
        obstacles.Add(new Obstacle(name, $"descriptor {description.First}: {detail}"));
        return null;
    }
}
