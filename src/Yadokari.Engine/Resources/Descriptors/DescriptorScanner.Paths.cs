using Yadokari.Engine.Consent;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>What is found by a path.</content>
internal sealed partial class DescriptorScanner
{
    private const long HugePageFileSystem = 0x958458f6; // HUGETLBFS_MAGIC
    private const long Overlay = 0x794c7630; // OVERLAYFS_SUPER_MAGIC
    private const long Btrfs = 0x9123683e;   // BTRFS_SUPER_MAGIC

    private DescriptorImage? ScanPath(OpenDescription description)
    {
        FileStatus status = description.Status;
        ProgramFile? known = _programFiles.Find(description);
        string own = _paths.Own(description.Link);
        MountInfo? mount = Mount(description);
        if (mount is { Type: "proc" } proc)
        {
            return ScanProc(description, own, proc);
        }

        if (mount is { Type: "mqueue" } && status.IsRegular)
        {
            return Refuse(description, "message-queue", $"the POSIX message queue {description.Link} was opened by its path, not by mq_open; close it");
        }

        if (mount is null && status.IsRegular && MessageQueueFile.IsOne(description.Handle))
        {
            return ScanMessageQueue(description);
        }

        FileStatus? now = _paths.Status(own);
        if (known is { Travels: true } named && !(now?.IsSameFile(status) ?? false))
        {
            // The kernel still calls it by the number that it was made under.
            (own, now) = (named.Path, status);
        }

        if (now is not null && now.Value.IsSameFile(status))
        {
            if ((description.Flags & O_PATH) == 0 && _programFiles.Travels(status))
            {
                return ScanCarried(description, CarriedFileKind.Travelling, own);
            }

            return PathOf(description, own) with { OpenedAs = known?.Path };
        }

        if (status.IsDirectory && status.Links == 0 && RemovedDirectory.Find(_pid, _paths, description.Link, status, $"/proc/self/fd/{description.Handle.DangerousGetHandle()}") is { } removed)
        {
            return removed with { Numbers = description.Numbers, Flags = description.Flags };
        }

        if (!status.IsRegular && !status.IsDirectory)
        {
            return Refuse(description, "removed-file", $"{description.Link} is removed, and is a {(status.IsSocket ? "socket" : status.IsFifo ? "named pipe" : "device or link")}; close it");
        }

        if (!status.IsRegular)
        {
            return Refuse(description, "removed-directory", $"{description.Link} does not exist any more, and can't be made again for a moment in the directory above it; close it");
        }

        if (description.Link.StartsWith("/secretmem", StringComparison.Ordinal))
        {
            return Refuse(description, "secret-memory", "memory of memfd_secret can be read by nobody else; close it");
        }

        if (Descriptor.GetFileSystemType(description.Handle) == HugePageFileSystem)
        {
            return Refuse(description, "hugetlb", $"{description.Link} is made of reserved huge pages; close it");
        }

        if (status.Links > 0)
        {
            return _places.FindOther(status) is { } other
                ? PathOf(description, other)
                : Refuse(description, "unreachable-file", $"{description.Link} lives on by another name (a hard link) that was not found, or where its path does not lead; close it");
        }

        return (description.Flags & O_PATH) != 0
            ? Refuse(description, "removed-file", $"{description.Link} was opened with O_PATH and is removed; close it")
            : ScanCarried(description, CarriedFileKind.Deleted, description.Link);
    }

    /// <summary>One that mq_open(3) opened. (By its path in a mounted file system of queues it is a file of that.)</summary>
    private PosixQueueEndImage? ScanMessageQueue(OpenDescription description)
    {
        const string what = "message-queue";
        _status ??= ProcStatus.Read(_pid);
        description.IsMessageQueue = true;
        string name = PosixQueueCapture.NameOf(description.Link);
        if (MessageQueueFile.Read(description.Handle) is not { } facts)
        {
            Refuse(description, what, $"the POSIX message queue /{name} may not be read; close it");
        }
        else if (PosixQueueCapture.WhyNot(facts) is { } why)
        {
            Refuse(description, what, $"the POSIX message queue /{name} {why}");
        }
        else if (description.Status.Uid != _status?.Uids[3])
        {
            Refuse(description, what, $"the POSIX message queue /{name} is another user's; close it");
        }

        return new PosixQueueEndImage { Numbers = description.Numbers, Flags = description.Flags, Queue = description.Status.Inode, Offset = description.Info.Position, Name = name };
    }

    /// <summary>A file that the kernel makes up: its own ones are those of the resumed process.</summary>
    private DescriptorImage? ScanProc(OpenDescription description, string path, MountInfo proc)
    {
        path = path.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) ? path[..^Vma.RemovedSuffix.Length] : path;
        _status ??= ProcStatus.Read(_pid);
        if (ProcessFiles.PathOfSelf(path, proc.Point, [.. _status?.NsPid ?? [], _pid]) is not { } own)
        {
            if (proc.Point == "/proc" && ProcessFiles.NumberOf(path) is { } number && !path.Contains("/task/", StringComparison.Ordinal))
            {
                if (_shared.HasNumber(number) && (_paths.Status(path)?.IsSameFile(description.Status) ?? false))
                {
                    return PathOf(description, path) with { AfterRelatives = true };
                }

                if (_shared.IsGone(number) && !description.Status.IsSymbolicLink)
                {
                    return PathOf(description, path) with { AfterRelatives = true, OfGone = true, Offset = 0 };
                }
            }

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
        Size = (description.Flags & O_ACCMODE) == O_WRONLY && (description.Flags & O_APPEND) != 0 ? 0 : description.Status.Size,
    };

    private MountInfo? Mount(OpenDescription description)
    {
        _mounts ??= MountInfo.Read(_pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {_pid} has ended");
        return _mounts.GetValueOrDefault(description.Info.MountId);
    }
}
