using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One scan: sorts every description into an image or an obstacle.</summary>
internal sealed partial class DescriptorScanner : IDisposable
{
    private readonly int _pid;
    private readonly CaptureOptions _options;
    private readonly bool _frozen;
    private readonly JobPaths _paths;
    private readonly WatchedFiles _places;
    private readonly List<OpenDescription> _descriptions;
    private readonly SharedDescriptions _shared;
    private readonly bool _main;
    private readonly bool _sharesTable;
    private readonly PipeScanner _pipes;
    private readonly List<(OpenDescription, DescriptorImage)> _held = [];
    private readonly SocketScanner _sockets;
    private readonly AnonymousScanner _anonymous;
    private readonly TerminalScanner _terminals;
    private readonly ProgramFiles _programFiles;
    private readonly CallerStreams _callers;
    private readonly List<DescriptorImage> _images = [];
    private readonly List<Obstacle> _obstacles = [];
    private readonly Dictionary<(ulong, ulong), CarriedFileImage> _files = [];
    private readonly List<CarriedContent> _contents = [];
    private bool _finished;
    private int? _workingDirectory;
    private ProcStatus? _status;
    private IReadOnlyDictionary<int, MountInfo>? _mounts;

    /// <param name="tcp">The TCP sockets around it.</param>
    /// <param name="shared">What it has in common with the other processes of its job.</param>
    /// <param name="main">It is the job's main process.</param>
    /// <param name="sharesTable">Its descriptors are another's of the job as well, who is looked at for both.</param>
    public DescriptorScanner(int pid, CaptureOptions options, SafeFileHandle? unixDiag, TcpTable tcp, bool frozen, SharedDescriptions shared, bool main, bool sharesTable)
    {
        _shared = shared;
        _main = main;
        _sharesTable = sharesTable;
        _pipes = new PipeScanner(frozen);
        _pid = pid;
        _options = options;
        _frozen = frozen;
        _paths = new JobPaths(pid);
        _descriptions = sharesTable ? [] : OpenDescription.FetchAll(pid, inFlight: frozen);
        try
        {
            _places = new WatchedFiles(pid, _paths, _descriptions, shared);
            _programFiles = new ProgramFiles(pid, _paths, _descriptions);
            _callers = new CallerStreams(options);
            _sockets = new SocketScanner(pid, unixDiag, tcp, options.Tcp ?? TcpRule.Refuse, frozen, _paths, _places, _descriptions, shared, _obstacles);
            _anonymous = new AnonymousScanner(pid, frozen, _places, _descriptions, shared, _obstacles);
            _terminals = new TerminalScanner(pid, _descriptions, _obstacles);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<OpenDescription> Descriptions => _descriptions;

    /// <summary>It is a program that knows it moves.</summary>
    public bool KnowsItMoves => _programFiles.HasMailbox;

    /// <summary>Each description with what became of it.</summary>
    public IReadOnlyList<(OpenDescription Description, DescriptorImage Image)> Held => _held;

    /// <summary>All but the pipes that lie between processes of the job.</summary>
    public void Scan()
    {
        foreach (OpenDescription description in _descriptions)
        {
            if (description.InFlight && (Descriptor.IsTerminal(description.Handle) || description.IsPtyMaster || _callers.Match(description) is not null || InMain(description) is { StandardStream: >= 0 }))
            {
                // As a stream it is that of whoever resumes, and no other has it.
                Refuse(description, "descriptor-in-flight", $"{description.Link} waits in a socket to be received (SCM_RIGHTS), and is a terminal or a stream; read it");
            }
            else if (_shared.Terminals.Find(description, isStream: InMain(description) is { StandardStream: >= 0 }) is { } terminal)
            {
                AddTerminal(description, terminal);
            }
            else if (_callers.Match(description) is { } stream)
            {
                Add(description, OfCaller(description, stream));
            }
            else if (description.IsNamedPipe)
            {
                _shared.CollectNamed(this, description);
            }
            else if (_shared.IsTreePipe(description))
            {
                _shared.Collect(this, description);
            }
            else if (SharedDescriptions.IsPipe(description))
            {
                _pipes.Collect(description);
            }
            else if (Scan(description) is { } image)
            {
                if (image is InheritedStreamImage)
                {
                    Add(description, _main ? image : OfMain(description));
                }
                else if ((_shared.IsShared(description) && (description.InFlight || image is not (TerminalImage or PidFdImage))) || _shared.IsOfTree(image))
                {
                    AddShared(description, image);
                }
                else
                {
                    Add(description, image);
                }
            }
        }

        _pipes.Scan(Add, OfMain, _obstacles);
        if (RemovedDirectory.OfProcess(_pid) is { } removed)
        {
            _workingDirectory = _shared.WorkingDirectory(removed);
        }
    }

    /// <summary>When all processes are scanned.</summary>
    public DescriptorCapture Finish()
    {
        _finished = true;
        _images.Sort((left, right) => left.Numbers[0].Number.CompareTo(right.Numbers[0].Number));
        DescriptorTableImage table = new() { Descriptions = _images, Pipes = _pipes.Pipes, Files = [.. _files.Values], WorkingDirectory = _workingDirectory };
        return new DescriptorCapture(table, _contents, _obstacles) { SharesTable = _sharesTable };
    }

    /// <summary>Takes what several processes hold.</summary>
    public void AddShared(OpenDescription description, DescriptorImage image)
    {
        DescriptorImage whole = WithKernelsFacts(description, image);
        if (whole is CarriedFileDescriptorImage { Travels: false } carried)
        {
            whole = carried with { FileId = _shared.NumberOf(_files.Values.First(file => file.Id == carried.FileId)) };
        }

        if (_shared.Share(description, whole) is { } own)
        {
            if (!description.OnlyInFlight)
            {
                _images.Add(own);
            }

            _held.Add((description, own));
        }
        else if (description.InFlight)
        {
            Refuse(description, "descriptor-in-flight", $"{description.Link} ({image.Kind}) waits in a socket to be received (SCM_RIGHTS), which can't be carried so; read it");
        }
        else
        {
            Refuse(description, "shared-descriptor", $"{description.Link} ({image.Kind}) is shared by processes of the job; that can't be carried yet");
        }
    }

    /// <summary>The named pipe that one of its descriptions leads to; null when it can't be carried.</summary>
    public PipeImage? NamedPipe(OpenDescription description, ulong id)
    {
        const string deleted = " (deleted)";
        bool removed = !(_paths.Status(_paths.Own(description.Link)) is { } now && now.IsSameFile(description.Status));
        string? other = removed && description.Status.Links > 0 ? _places.FindOther(description.Status) : null;
        if (removed && description.Status.Links > 0 && other is null)
        {
            Refuse(description, "unreachable-file", $"{description.Link} lives on by another name (a hard link) that was not found, or where its path does not lead; close it");
            return null;
        }

        removed &= other is null;
        string path = other ?? (removed && description.Link.EndsWith(deleted, StringComparison.Ordinal) ? description.Link[..^deleted.Length] : description.Link);
        PipeImage? image = PipeScanner.NamedImage(description, id, _paths.Own(path), removed, _frozen);
        if (image is null)
        {
            Refuse(description, "fifo", $"what waits in the named pipe {description.Link} may not be read; close it");
        }

        return image;
    }

    /// <summary>Takes an end of a pipe whose other end is outside the job: by any number, if the main process has it as a stream.</summary>
    public void AddOutside(OpenDescription description)
    {
        if (InMain(description) is { StandardStream: >= 0 })
        {
            Add(description, OfMain(description));
        }
        else
        {
            _obstacles.Add(PipeScanner.ToOutside(description));
        }
    }

    public void Dispose()
    {
        _callers?.Dispose();
        foreach (OpenDescription description in _descriptions)
        {
            description.Dispose();
        }

        if (!_finished)
        {
            _contents.ForEach(static content => content.Handle.Dispose());
        }
    }

    private DescriptorImage? Scan(OpenDescription description)
    {
        if (description.Link == ProcFile.LongPath)
        {
            return Refuse(description, "long-path", "its path is longer than the kernel tells (4096 bytes); close it");
        }

        if (description.Link.StartsWith("anon_inode:", StringComparison.Ordinal))
        {
            return _anonymous.Scan(description);
        }

        if ((description.Flags & O_PATH) != 0)
        {
            return ScanPath(description);
        }

        FileStatus status = description.Status;
        if (status.IsSocket)
        {
            return _sockets.Scan(description);
        }

        if (!description.Link.StartsWith('/'))
        {
            // Of its own namespaces the resumed process has its own ones.
            return description.Link.Split(':') is [var kind, var number] && number == $"[{ProcMisc.NamespaceInode(_pid, kind)}]"
                ? PathOf(description, $"/proc/self/ns/{kind}")
                : Refuse(description, "unknown-descriptor", $"{description.Link} can't be carried; close it");
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
            if (_options.RefuseOutsideStreams && !IsStreamTerminal(description))
            {
                return RefuseTerminal(description);
            }

            return _terminals.Scan(description);
        }

        return Refuse(description, "device", $"{description.Link} belongs to this host; close it");
    }

    /// <summary>A file whose content comes along: memory file, removed while open, or one that travels.</summary>
    /// <param name="named">Kind of a file that is no memory file.</param>
    /// <param name="path">Its path, or its former one.</param>
    private CarriedFileDescriptorImage? ScanCarried(OpenDescription description, CarriedFileKind named, string path)
    {
        FileStatus status = description.Status;
        string name = path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path[..^" (deleted)".Length] : path;
        bool memory = name.StartsWith("/memfd:", StringComparison.Ordinal) && status.Links == 0;
        if (!_files.TryGetValue((status.Device, status.Inode), out CarriedFileImage? file))
        {
            SafeFileHandle? own = Descriptor.Reopen(description.Handle, O_NOATIME) ?? Descriptor.Reopen(description.Handle, 0);
            if (own is null)
            {
                Refuse(description, "unreadable-removed-file", $"{description.Link} {(named == CarriedFileKind.Travelling ? "travels" : "is removed")} and may not be read; close it");
                return null;
            }

            MountInfo? mount = Mount(description);
            if (mount is null && !memory && Descriptor.GetFileSystemType(description.Handle) is Overlay or Btrfs)
            {
                // Mappings tell of another device there than stat(2) does; only the mount knows both.
                Refuse(description, "removed-file", $"{description.Link} is on a file system (overlay, btrfs) that is mounted nowhere any more: whether a mapping is of the same file can't be told; close it");
                own.Dispose();
                return null;
            }

            int? seals = memory ? Descriptor.GetSeals(description.Handle) : null;
            file = new CarriedFileImage(_files.Count, memory ? CarriedFileKind.MemoryFile : named,
                memory ? name["/memfd:".Length..] : _paths.Own(name), mount?.Device ?? status.Device,
                description.Info.Inode != 0 ? description.Info.Inode : status.Inode, status.Size, status.Permissions, seals)
            {
                Owner = FileOwnerImage.Of(status),
                AccessedNanoseconds = status.AccessedNanoseconds,
                ModifiedNanoseconds = status.ModifiedNanoseconds,
            };
            _files.Add((status.Device, status.Inode), file);
            _contents.Add(new CarriedContent(file, own, _frozen ? SparseFile.FindData(own, status.Size) : []));
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


    private void Add(OpenDescription description, DescriptorImage? image)
    {
        if (image is null)
        {
            return;
        }

        if (image is InheritedStreamImage or TerminalImage)
        {
            _images.Add(image);
            _held.Add((description, image));
            return;
        }

        DescriptorImage whole = WithKernelsFacts(description, image);
        _images.Add(whole);
        _held.Add((description, whole));
    }

    /// <summary>With its locks, and whom it sends signals to.</summary>
    private DescriptorImage WithKernelsFacts(OpenDescription description, DescriptorImage image)
    {

        foreach (FileLock one in description.Info.Locks)
        {
            if (one.Kind == FileLockKind.Unknown)
            {
                Refuse(description, "file-lease", $"a lease on {description.Link} is being broken, or is of another kind than F_SETLEASE takes; give it up");
            }
            else if (image is not (PathImage or CarriedFileDescriptorImage { Travels: false }))
            {
                Refuse(description, "file-lock", $"a lock on {description.Link}, which is no file with a path, can't be carried; give it up");
            }
        }

        return image with { Locks = description.Info.Locks, Owner = Owner(description), Signal = Signal(description) };
    }

    private int Signal(OpenDescription description) =>
        (description.Flags & O_PATH) != 0 ? 0 : Descriptor.GetSignal(description.Handle);

    /// <summary>The owner in the job's own pid numbers.</summary>
    private int Owner(OpenDescription description)
    {
        if ((description.Flags & O_PATH) != 0)
        {
            return 0;
        }

        int owner = Descriptor.GetOwner(description.Handle);
        if (owner == 0)
        {
            return 0;
        }

        _status ??= ProcStatus.Read(_pid);
        if (owner == _pid && _status is { NsPid.Count: > 0 } && !Descriptor.IsOwnedByThread(description.Handle))
        {
            return _status.NsPid[^1];
        }

        if (_shared.OwnPid(Math.Abs(owner)) is { } relative && !Descriptor.IsOwnedByThread(description.Handle)
            && (owner > 0 || ProcStat.Read(-owner)?.ProcessGroup == -owner))
        {
            return owner > 0 ? relative : -relative;
        }

        Refuse(description, "descriptor-owner", $"its signals go to {(owner < 0 ? "process group" : owner == _pid ? "thread" : "process")} {Math.Abs(owner)}; that can't be carried");
        return 0;
    }

    private DescriptorImage? Refuse(OpenDescription description, string name, string detail)
    {
        _obstacles.Add(new Obstacle(name, $"{description.Label}: {detail}") { Cause = description.Cause });
        return null;
    }
}
