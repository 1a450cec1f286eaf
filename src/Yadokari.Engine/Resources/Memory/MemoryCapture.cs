using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Sorts the mappings of a frozen process by what they come back as, and finds which pages must travel.</summary>
public sealed class MemoryCapture
{
    /// <summary>Private mappings of files that are no program and longer than this stay files, found by path.</summary>
    private const ulong LargeDataFile = 64UL << 20;

    private const ulong HugePage = 2UL << 20;

    private readonly List<MappingImage> _mappings = [];
    private readonly List<PageRun> _runs = [];
    private readonly List<KernelRange> _kernelData = [];
    private readonly List<KernelRange> _guardPages = [];
    private readonly List<PageRun> _hugePages = [];
    private readonly HashSet<string> _objectKeys = [];
    private readonly List<SharedView> _views = [];
    private readonly List<SharedObjectImage> _objects = [];
    private readonly Dictionary<string, int> _objectNumbers = [];
    private readonly List<PageRun> _copied = [];
    private readonly List<PageRun> _copiedOfFiles = [];
    private readonly List<Vma> _readOnlyFiles = [];
    private readonly List<PageRun> _fileContents = [];
    private readonly Dictionary<string, long> _lengths = [];
    private Vma? _vdso;

    /// <summary>By ascending address.</summary>
    public IReadOnlyList<MappingImage> Mappings => _mappings;

    /// <summary>Private pages that hold something, by ascending address.</summary>
    public IReadOnlyList<PageRun> Runs => _runs;

    public IReadOnlyList<SharedObjectImage> Objects => _objects;

    /// <summary>Where the process maps its shared objects.</summary>
    public IReadOnlyList<SharedView> Views => _views;

    /// <summary>[vvar] and its like, beside the vdso.</summary>
    public IReadOnlyList<KernelRange> KernelData => _kernelData;

    /// <summary>Ranges made to fault by MADV_GUARD_INSTALL.</summary>
    public IReadOnlyList<KernelRange> GuardPages => _guardPages;

    /// <summary>Private memory that is made of huge pages.</summary>
    public IReadOnlyList<PageRun> HugePages => _hugePages;

    public Vma? Vdso => _vdso;

    /// <summary>Private mappings of files that may not be written now and whose whole content travels, by ascending address.</summary>
    internal IReadOnlyList<Vma> ReadOnlyFiles => _readOnlyFiles;

    /// <summary>Pages of them that are no longer the file's, by ascending address.</summary>
    internal IReadOnlyList<PageRun> CopiedOfFiles => _copiedOfFiles;

    /// <summary>All private mappings of files whose whole content travels, by ascending address.</summary>
    internal IReadOnlyList<PageRun> FileContents => _fileContents;

    /// <summary>Names of the kernel's own mappings: never saved.</summary>
    public static bool IsKernels(Vma vma) => vma.Name is "[vdso]" or "[vvar]" or "[vvar_vclock]" or "[vsyscall]" or "[uprobes]";

    /// <summary>Sorts mappings and asks the page map. Of a process that runs it is an estimate.</summary>
    /// <param name="carried">Keys of the files that descriptors lead to and that are carried with their content.</param>
    public static MemoryCapture Scan(int pid, IReadOnlyList<Vma> vmas, IReadOnlyList<string>? carried = null)
    {
        MemoryCapture capture = new();
        capture._objectKeys.UnionWith(carried ?? []);
        HashSet<ulong> programs = ProgramsOf(vmas);
        capture._objectKeys.UnionWith(vmas.Where(vma => vma.Shared && IsObject(vma)).Select(KeyOf));
        using PageMap pages = new(pid);
        foreach (Vma vma in vmas)
        {
            capture.Add(pid, vma, pages, programs);
        }

        List<PageRun> guards = [];
        pages.FindGuards(new RemoteAddress(0), new RemoteAddress(AddressSpace.End), guards);
        foreach (PageRun run in guards)
        {
            capture._guardPages.Add(new KernelRange(run.Start.Value, run.Length));
        }

        return capture;
    }

    /// <summary>Obstacles in the mappings, by looking only.</summary>
    public static void FindObstacles(int pid, IReadOnlyList<Vma> vmas, List<Obstacle> obstacles)
    {
        foreach (Vma vma in vmas)
        {
            if (IsKernels(vma) || AioContexts.IsOne(vma))
            {
                continue;
            }

            string where = $"{vma.Start}-{vma.End} {vma.Name}".TrimEnd();
            if (vma.Name.StartsWith("/secretmem", StringComparison.Ordinal))
            {
                obstacles.Add(new Obstacle("secret-memory", $"memory of memfd_secret, which nobody else can read, at {where}"));
            }
            else if ((vma.Flags & VmaFlags.HugeTlb) != 0)
            {
                obstacles.Add(new Obstacle("hugetlb", $"memory of reserved huge pages at {where}"));
            }
            else if ((vma.Flags & VmaFlags.UserFault) != 0)
            {
                obstacles.Add(new Obstacle("userfaultfd", $"memory served by a userfaultfd at {where}"));
            }
            else if ((vma.Flags & VmaFlags.ShadowStack) != 0)
            {
                obstacles.Add(new Obstacle("shadow-stack", $"hardware shadow stack at {where}"));
            }
            else if ((vma.Flags & VmaFlags.Sealed) != 0)
            {
                obstacles.Add(new Obstacle("sealed-memory", $"memory sealed by mseal at {where}"));
            }
            else if ((vma.Flags & (VmaFlags.Io | VmaFlags.PageFrames)) != 0)
            {
                obstacles.Add(new Obstacle("device-memory", $"memory of a device at {where}"));
            }
            else if (vma.Shared && vma.Removed && !SystemVMapping.IsSegment(vma) && OtherNames.Find(pid, vma) is { } reason)
            {
                obstacles.Add(new Obstacle("unreachable-file", $"a shared mapping of a file that {reason} at {where}"));
            }
            else if (vma.Name.StartsWith("anon_inode:", StringComparison.Ordinal) || vma.Name.StartsWith("socket:", StringComparison.Ordinal))
            {
                obstacles.Add(new Obstacle("kernel-buffer", $"memory shared with the kernel at {where} (io_uring, perf, packet ring)"));
            }
            else if (MemoryFlagObstacle.Find(vma, where) is { } obstacle)
            {
                obstacles.Add(obstacle);
            }
        }

        AioContexts.FindObstacles(pid, vmas, obstacles);
        if (!FreeAddresses.Has(vmas))
        {
            obstacles.Add(new Obstacle("address-space", "it leaves no free range of addresses for the stub that resumes it"));
        }
    }

    /// <summary>Files that are mapped from their paths again, with their lengths, by looking only.</summary>
    public static IEnumerable<(string Path, long Length)> FindFiles(int pid, IReadOnlyList<Vma> vmas)
    {
        HashSet<ulong> programs = ProgramsOf(vmas);
        foreach (Vma vma in vmas)
        {
            bool byPath = vma.IsFile && !IsKernels(vma) && !AioContexts.IsOne(vma) && !IsObject(vma) && vma.Name != "/dev/zero"
                && (vma.Shared ? FileFacts.ShortLived(pid, vma.Name) is null : vma.Length > LargeDataFile && !programs.Contains(vma.Inode));
            if (byPath && FileFacts.TryLength(pid, vma.Name, out long length))
            {
                yield return (vma.Name, length);
            }
        }
    }

    private static HashSet<ulong> ProgramsOf(IReadOnlyList<Vma> vmas) =>
        [.. vmas.Where(vma => vma.IsFile && (vma.Protection & VmaProtection.Execute) != 0).Select(vma => vma.Inode)];

    private static string PathOf(Vma vma) => vma.Removed ? vma.Name[..^Vma.RemovedSuffix.Length] : vma.Name;

    private void Add(int pid, Vma vma, PageMap pages, HashSet<ulong> programs)
    {
        if (IsKernels(vma))
        {
            AddKernels(vma);
            return;
        }

        MappingImage mapping = new()
        {
            Start = vma.Start.Value,
            End = vma.End.Value,
            Protection = vma.Protection,
            Kind = MappingKind.Private,
            Flags = vma.Flags,
            Name = vma.Name,
        };
        if (AioContexts.IsOne(vma))
        {
            mapping = mapping with { Kind = MappingKind.AioContext };
        }
        else if (!vma.IsFile)
        {
            pages.FindPopulated(vma.Start, vma.End, _runs);
            if (vma.Length >= HugePage)
            {
                pages.FindHuge(vma.Start, vma.End, _hugePages);
            }
        }
        else if (vma.Shared)
        {
            mapping = AddShared(pid, vma, mapping);
        }
        else if (vma.Name == "/dev/zero")
        {
            pages.FindPopulated(vma.Start, vma.End, _runs);
        }
        else if (IsObject(vma) && _objectKeys.Contains(KeyOf(vma)))
        {
            // What it has not changed itself it sees change: in the object, that others have.
            mapping = mapping with { Kind = MappingKind.PrivateObject, Object = ObjectOf(vma), Offset = vma.Offset };
            pages.FindCopied(vma.Start, vma.End, _runs);
        }
        else if (vma.Length > LargeDataFile && !programs.Contains(vma.Inode) && FileFacts.TryLength(pid, vma.Name, out long length))
        {
            mapping = mapping with { Kind = MappingKind.PrivateFile, Offset = vma.Offset, FileLength = length };
            pages.FindCopied(vma.Start, vma.End, _runs);
        }
        else
        {
            // The whole content travels: the target needs neither the program nor its libraries.
            _runs.Add(new PageRun(vma.Start, vma.End));
            _fileContents.Add(_runs[^1]);
            if (IsUnchanged(pid, vma, pages))
            {
                mapping = mapping with { Unchanged = true, Offset = vma.Offset };
            }
        }

        _mappings.Add(mapping);
    }

    /// <summary>Whether every page is the file's own, by a path that others may have as well.</summary>
    private bool IsUnchanged(int pid, Vma vma, PageMap pages)
    {
        if ((vma.Protection & VmaProtection.Write) != 0 || vma.Removed)
        {
            return false;
        }

        _copied.Clear();
        pages.FindCopied(vma.Start, vma.End, _copied);
        _readOnlyFiles.Add(vma);
        _copiedOfFiles.AddRange(_copied);
        if (_copied.Count > 0)
        {
            return false;
        }

        if (!_lengths.TryGetValue(vma.Name, out long length))
        {
            FileFacts.TryLength(pid, vma.Name, out length);
            _lengths.Add(vma.Name, length);
        }

        // Behind the end of the file a page faults (SIGBUS), which memory made of zeros would not.
        return vma.Offset + vma.Length <= RemoteAddress.WholePages((ulong)length);
    }

    private MappingImage AddShared(int pid, Vma vma, MappingImage mapping)
    {
        if (!IsObject(vma))
        {
            if (NamedMemory.IsOne(vma) && FileFacts.Regular(pid, vma.Name) is { } named)
            {
                return AddNamed(vma, named, mapping);
            }

            if (FileFacts.ShortLived(pid, vma.Name) is { } file)
            {
                return AddShortLived(vma, file, mapping);
            }

            FileFacts.TryLength(pid, vma.Name, out long length);
            return mapping with
            {
                Kind = MappingKind.SharedFile,
                Offset = vma.Offset,
                FileLength = length,
                Writable = (vma.Flags & VmaFlags.MayWrite) != 0,
            };
        }

        int number = ObjectOf(vma);
        _views.Add(new SharedView(number, vma.Start, vma.End, vma.Offset));
        return mapping with { Kind = MappingKind.SharedObject, Object = number, Offset = vma.Offset };
    }

    /// <summary>Memory, or a file that has no name any more.</summary>
    internal static bool IsObject(Vma vma) =>
        vma.IsFile && !AioContexts.IsOne(vma) && (vma.Removed || vma.Name.StartsWith("/memfd:", StringComparison.Ordinal));

    internal static string KeyOf(Vma vma) => SystemVMapping.IsSegment(vma) ? SystemVMapping.KeyOf(vma.Inode) : $"{vma.DeviceMajor}:{vma.DeviceMinor}:{vma.Inode}";

    private int ObjectOf(Vma vma)
    {
        string key = KeyOf(vma);
        if (!_objectNumbers.TryGetValue(key, out int number))
        {
            number = _objects.Count;
            _objectNumbers.Add(key, number);
            string name = PathOf(vma);
            _objects.Add(new SharedObjectImage { Key = key, Name = name.StartsWith("/memfd:", StringComparison.Ordinal) ? name["/memfd:".Length..] : "shared", Length = 0 });
        }

        return number;
    }

    /// <summary>Made again, with its name.</summary>
    private MappingImage AddNamed(Vma vma, FileStatus file, MappingImage mapping)
    {
        string key = KeyOf(vma);
        if (!_objectNumbers.TryGetValue(key, out int number))
        {
            number = _objects.Count;
            _objectNumbers.Add(key, number);
            _objects.Add(new SharedObjectImage { Key = key, Name = "shared", Length = file.Size, Mode = (int)file.Permissions, NamedAt = vma.Name, Owner = Descriptors.FileOwnerImage.Of(file) });
        }

        _views.Add(new SharedView(number, vma.Start, vma.End, vma.Offset));
        return mapping with { Kind = MappingKind.SharedObject, Object = number, Offset = vma.Offset };
    }

    /// <summary>Mapped from its path again, and should it be gone by then, as a removed file with the content of now.</summary>
    private MappingImage AddShortLived(Vma vma, FileStatus file, MappingImage mapping)
    {
        string key = KeyOf(vma);
        if (!_objectNumbers.TryGetValue(key, out int number))
        {
            number = _objects.Count;
            _objectNumbers.Add(key, number);
            _objects.Add(new SharedObjectImage
            {
                Key = key,
                Name = "shared",
                Length = file.Size,
                Mode = (int)file.Permissions,
                Directory = vma.Name[..Math.Max(1, vma.Name.LastIndexOf('/'))],
                FoundAt = vma.Name,
            });
        }

        bool writable = (vma.Flags & VmaFlags.MayWrite) != 0;
        _objects[number] = _objects[number] with { Writable = _objects[number].Writable || writable };
        _views.Add(new SharedView(number, vma.Start, vma.End, vma.Offset));
        return mapping with { Kind = MappingKind.SharedObject, Object = number, Offset = vma.Offset };
    }

    private void AddKernels(Vma vma)
    {
        if (vma.Name == "[vdso]")
        {
            _vdso = vma;
        }
        else if (vma.Name.StartsWith("[vvar", StringComparison.Ordinal))
        {
            _kernelData.Add(new KernelRange(vma.Start.Value, vma.Length));
        }
    }
}
