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
    private const int Append = 0x400;           // O_APPEND
    private const int NoAccessTime = 0x40000;   // O_NOATIME
    private const long HugePageFileSystem = 0x958458f6; // HUGETLBFS_MAGIC

    private readonly int pid;
    private readonly CaptureOptions options;
    private readonly bool frozen;
    private readonly JobPaths paths;
    private readonly List<OpenDescription> descriptions;
    private readonly SharedDescriptions shared;
    private readonly bool main;
    private readonly PipeScanner pipes;
    private readonly List<(OpenDescription, DescriptorImage)> held = [];
    private readonly SocketScanner sockets;
    private readonly AnonymousScanner anonymous;
    private readonly TerminalScanner terminals;
    private readonly ProgramFiles programFiles;
    private readonly CallerStreams callers;
    private readonly List<DescriptorImage> images = [];
    private readonly List<Obstacle> obstacles = [];
    private readonly Dictionary<(ulong, ulong), CarriedFileImage> files = [];
    private readonly List<CarriedContent> contents = [];
    private bool finished;
    private ProcStatus? status;
    private IReadOnlyDictionary<int, MountInfo>? mounts;

    /// <param name="tcp">The TCP sockets around it.</param>
    /// <param name="shared">What it has in common with the other processes of its job.</param>
    /// <param name="main">It is the job's main process.</param>
    public DescriptorScanner(int pid, CaptureOptions options, SafeFileHandle? unixDiag, TcpTable tcp, bool frozen, SharedDescriptions shared, bool main)
    {
        this.shared = shared;
        this.main = main;
        pipes = new PipeScanner(frozen);
        this.pid = pid;
        this.options = options;
        this.frozen = frozen;
        paths = new JobPaths(pid);
        descriptions = OpenDescription.FetchAll(pid, inFlight: frozen);
        try
        {
            programFiles = new ProgramFiles(pid, paths, descriptions);
            callers = new CallerStreams(options);
            sockets = new SocketScanner(pid, unixDiag, tcp, options.Tcp ?? TcpRule.Refuse, frozen, paths, descriptions, shared, obstacles);
            anonymous = new AnonymousScanner(pid, frozen, paths, descriptions, shared, obstacles);
            terminals = new TerminalScanner(pid, descriptions, obstacles);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<OpenDescription> Descriptions => descriptions;

    /// <summary>It is a program that knows it moves.</summary>
    public bool KnowsItMoves => programFiles.HasMailbox;

    /// <summary>Each description with what became of it.</summary>
    public IReadOnlyList<(OpenDescription Description, DescriptorImage Image)> Held => held;

    /// <summary>All but the pipes that lie between processes of the job.</summary>
    public void Scan()
    {
        foreach (OpenDescription description in descriptions)
        {
            if (description.InFlight && (Descriptor.IsTerminal(description.Handle) || description.IsPtyMaster || callers.Match(description) is not null || InMain(description) is { StandardStream: >= 0 }))
            {
                // As a stream it is that of whoever resumes, and no other has it.
                Refuse(description, "descriptor-in-flight", $"{description.Link} waits in a socket to be received (SCM_RIGHTS), and is a terminal or a stream; read it");
            }
            else if (shared.Terminals.Find(description, isStream: InMain(description) is { StandardStream: >= 0 }) is { } terminal)
            {
                AddTerminal(description, terminal);
            }
            else if (callers.Match(description) is { } stream)
            {
                Add(description, OfCaller(description, stream));
            }
            else if (description.IsNamedPipe)
            {
                shared.CollectNamed(this, description);
            }
            else if (shared.IsTreePipe(description))
            {
                shared.Collect(this, description);
            }
            else if (SharedDescriptions.IsPipe(description))
            {
                pipes.Collect(description);
            }
            else if (Scan(description) is { } image)
            {
                if (image is InheritedStreamImage)
                {
                    Add(description, main ? image : OfMain(description));
                }
                else if ((shared.IsShared(description) && (description.InFlight || image is not (TerminalImage or PidFdImage))) || shared.IsOfTree(image))
                {
                    AddShared(description, image);
                }
                else
                {
                    Add(description, image);
                }
            }
        }

        pipes.Scan(Add, OfMain, obstacles);
    }

    /// <summary>When all processes are scanned.</summary>
    public DescriptorCapture Finish()
    {
        finished = true;
        images.Sort((left, right) => left.Numbers[0].Number.CompareTo(right.Numbers[0].Number));
        DescriptorTableImage table = new() { Descriptions = images, Pipes = pipes.Pipes, Files = [.. files.Values] };
        return new DescriptorCapture(table, contents, obstacles);
    }

    /// <summary>Takes what several processes hold.</summary>
    public void AddShared(OpenDescription description, DescriptorImage image)
    {
        DescriptorImage whole = WithKernelsFacts(description, image);
        if (whole is CarriedFileDescriptorImage { Travels: false } carried)
        {
            whole = carried with { FileId = shared.NumberOf(files.Values.First(file => file.Id == carried.FileId)) };
        }

        if (shared.Share(description, whole) is { } own)
        {
            if (!description.OnlyInFlight)
            {
                images.Add(own);
            }

            held.Add((description, own));
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
        bool removed = !(paths.Status(paths.Own(description.Link)) is { } now && now.IsSameFile(description.Status));
        if (removed && description.Status.Links > 0)
        {
            Refuse(description, "unreachable-file", $"{description.Link} lives on by another name (a hard link) or where its path does not lead; close it");
            return null;
        }

        string path = removed && description.Link.EndsWith(deleted, StringComparison.Ordinal) ? description.Link[..^deleted.Length] : description.Link;
        PipeImage? image = PipeScanner.NamedImage(description, id, paths.Own(path), removed, frozen);
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
            obstacles.Add(PipeScanner.ToOutside(description));
        }
    }

    public void Dispose()
    {
        callers?.Dispose();
        foreach (OpenDescription description in descriptions)
        {
            description.Dispose();
        }

        if (!finished)
        {
            contents.ForEach(static content => content.Handle.Dispose());
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
            return anonymous.Scan(description);
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
            if (options.RefuseOutsideStreams && !IsStreamTerminal(description))
            {
                return RefuseTerminal(description);
            }

            return terminals.Scan(description);
        }

        return Refuse(description, "device", $"{description.Link} belongs to this host; close it");
    }

    private const long MessageQueueFileSystem = 0x19800202; // MQUEUE_MAGIC

    private DescriptorImage? ScanPath(OpenDescription description)
    {
        FileStatus status = description.Status;
        ProgramFile? known = programFiles.Find(description);
        string own = paths.Own(description.Link);
        if (Mount(description) is { Type: "proc" } proc)
        {
            return ScanProc(description, own, proc);
        }

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

            return PathOf(description, own) with { OpenedAs = known?.Path };
        }

        if (!status.IsRegular)
        {
            return Refuse(description, "removed-directory", $"{description.Link} does not exist any more; close it");
        }

        if (description.Link.StartsWith("/secretmem", StringComparison.Ordinal))
        {
            return Refuse(description, "secret-memory", "memory of memfd_secret can be read by nobody else; close it");
        }

        if (Descriptor.GetFileSystemType(description.Handle) == HugePageFileSystem)
        {
            return Refuse(description, "hugetlb", $"{description.Link} is made of reserved huge pages; close it");
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

    /// <summary>A file that the kernel makes up: its own ones are those of the resumed process.</summary>
    private DescriptorImage? ScanProc(OpenDescription description, string path, MountInfo proc)
    {
        status ??= ProcStatus.Read(pid);
        if (ProcessFiles.PathOfSelf(path, proc.Point, [.. status?.NsPid ?? [], pid]) is not { } own)
        {
            return Refuse(description, "file-of-another-process", $"{path} belongs to another process, whose number may be anybody's later; close it");
        }

        // The other threads are there only when all descriptors are.
        return PathOf(description, own) with { AfterThreads = own.Contains("/self/task/", StringComparison.Ordinal) };
    }

    private static PathImage PathOf(OpenDescription description, string path) => new()
    {
        Numbers = description.Numbers,
        Flags = description.Flags,
        Path = path,
        Offset = description.Info.Position,
        Mode = description.Status.Mode,
        Size = (description.Flags & AccessMode) == WriteOnly && (description.Flags & Append) != 0 ? 0 : description.Status.Size,
    };

    private MountInfo? Mount(OpenDescription description)
    {
        mounts ??= MountInfo.Read(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} has ended");
        return mounts.GetValueOrDefault(description.Info.MountId);
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
            SafeFileHandle? own = Descriptor.Reopen(description.Handle, NoAccessTime) ?? Descriptor.Reopen(description.Handle, 0);
            if (own is null)
            {
                Refuse(description, "unreadable-removed-file", $"{description.Link} {(named == CarriedFileKind.Travelling ? "travels" : "is removed")} and may not be read; close it");
                return null;
            }

            int? seals = memory ? Descriptor.GetSeals(description.Handle) : null;
            file = new CarriedFileImage(files.Count, memory ? CarriedFileKind.MemoryFile : named,
                memory ? name["/memfd:".Length..] : paths.Own(name), Mount(description)?.Device ?? status.Device,
                description.Info.Inode != 0 ? description.Info.Inode : status.Inode, status.Size, status.Permissions, seals)
            {
                Owner = FileOwnerImage.Of(status),
                AccessedNanoseconds = status.AccessedNanoseconds,
                ModifiedNanoseconds = status.ModifiedNanoseconds,
            };
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


    private void Add(OpenDescription description, DescriptorImage? image)
    {
        if (image is null)
        {
            return;
        }

        if (image is InheritedStreamImage or TerminalImage)
        {
            images.Add(image);
            held.Add((description, image));
            return;
        }

        DescriptorImage whole = WithKernelsFacts(description, image);
        images.Add(whole);
        held.Add((description, whole));
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

        if (shared.OwnPid(Math.Abs(owner)) is { } relative && !Descriptor.IsOwnedByThread(description.Handle)
            && (owner > 0 || ProcStat.Read(-owner)?.ProcessGroup == -owner))
        {
            return owner > 0 ? relative : -relative;
        }

        Refuse(description, "descriptor-owner", $"its signals go to {(owner < 0 ? "process group" : owner == pid ? "thread" : "process")} {Math.Abs(owner)}; that can't be carried");
        return 0;
    }

    private DescriptorImage? Refuse(OpenDescription description, string name, string detail)
    {
        obstacles.Add(new Obstacle(name, $"{description.Label}: {detail}") { Cause = description.Cause });
        return null;
    }
}
