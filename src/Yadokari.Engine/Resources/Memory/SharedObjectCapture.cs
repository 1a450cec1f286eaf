using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Content of memory that is shared by several mappings or descriptors, read once, and never where it has a hole: a hole that
/// is touched becomes memory. By descriptor where the process has one, else by the object behind a mapping where that may be
/// opened: both tell their holes. Else through a mapping, as far as its pages are known to hold something.
/// </summary>
internal sealed class SharedObjectCapture(IReadOnlyList<SharedObjectSource> sources, MemoryWriter writer)
{
    private readonly byte[] _buffer = new byte[MemorySegment.MaxLength];

    /// <summary>The objects of one process.</summary>
    /// <param name="common">Keys of those that others have as well: of these it is only told that they are.</param>
    /// <returns>Those of its mappings in their order, then those that only descriptors lead to and only it has.</returns>
    public IReadOnlyList<SharedObjectImage> OfProcess(IReadOnlySet<string> common)
    {
        List<SharedObjectImage> result = [];
        HashSet<string> mapped = [];
        foreach (SharedObjectImage shared in sources[0].Scan.Objects)
        {
            mapped.Add(shared.Key);
            result.Add(common.Contains(shared.Key) ? shared with { Common = true } : Read(shared));
        }

        foreach (CarriedContent content in sources[0].Contents)
        {
            string key = KeyOf(content);
            if (!mapped.Contains(key) && !common.Contains(key))
            {
                result.Add(FromDescriptor(key, content));
            }
        }

        return result;
    }

    /// <summary>Those of several processes.</summary>
    public IReadOnlyList<SharedObjectImage> OfTree(IReadOnlySet<string> keys)
    {
        Dictionary<string, SharedObjectImage> mapped = [];
        foreach (SharedObjectImage shared in sources.SelectMany(source => source.Scan.Objects))
        {
            mapped[shared.Key] = mapped.TryGetValue(shared.Key, out SharedObjectImage? other) ? other with { Writable = other.Writable || shared.Writable } : shared;
        }

        List<SharedObjectImage> result = [];
        foreach (string key in keys.Order(StringComparer.Ordinal))
        {
            result.Add(mapped.TryGetValue(key, out SharedObjectImage? shared) ? Read(shared) : FromDescriptor(key, Content(key)!));
        }

        return result;
    }

    private static string KeyOf(CarriedContent content) => SharedObjectImage.KeyOf(content.File.Device, content.File.Inode);

    private CarriedContent? Content(string key) => sources.SelectMany(source => source.Contents).FirstOrDefault(content => KeyOf(content) == key);

    private SharedObjectImage Read(SharedObjectImage shared) => Content(shared.Key) is { } content ? FromDescriptor(shared.Key, content)
        : shared.NamedAt is { } name && FromName(name) is { } named && named.Key == shared.Key ? named
        : FromMappings(shared);

    /// <summary>POSIX shared memory, whoever maps it.</summary>
    /// <returns>Null when it may not be read, or another file is there.</returns>
    public SharedObjectImage? FromName(string path)
    {
        using SafeFileHandle? file = MappedObject.TryOpenByName($"{ProcTasks.Directory(sources[0].Pid)}/root", path);
        if (file is null || FileStatus.Of(file) is not { IsRegular: true } status)
        {
            return null;
        }

        return new SharedObjectImage
        {
            Key = SharedObjectImage.KeyOf(status.Device, status.Inode),
            Name = "shared",
            Length = status.Size,
            Mode = (int)status.Permissions,
            NamedAt = path,
            Owner = FileOwnerImage.Of(status),
            Segments = Read(SharedObjectImage.KeyOf(status.Device, status.Inode), file, SparseFile.FindData(file, status.Size)),
        };
    }

    private SharedObjectImage FromDescriptor(string key, CarriedContent content)
    {
        CarriedFileImage file = content.File;
        return new SharedObjectImage
        {
            Key = key,
            Name = file.Kind == CarriedFileKind.MemoryFile ? file.Name : Path.GetFileName(file.Name),
            Length = file.Size,
            Seals = file.Seals ?? -1,
            Mode = (int)(file.Mode & 0xfff),
            Directory = file.Kind == CarriedFileKind.MemoryFile ? null : Path.GetDirectoryName(file.Name),
            Travels = file.Kind == CarriedFileKind.Travelling ? file.Name : null,
            Segments = Read(key, content.Handle, content.Runs),
        };
    }

    private List<MemorySegment> Read(string key, SafeFileHandle file, IReadOnlyList<DataRun> runs)
    {
        List<MemorySegment> segments = [];
        foreach (DataRun run in runs)
        {
            long end = run.Offset + run.Length;
            for (long at = run.Offset / RemoteAddress.PageSize * RemoteAddress.PageSize; at < end; at += _buffer.Length)
            {
                int wanted = (int)Math.Min(_buffer.Length, end - at);
                int got = 0;
                while (got < wanted)
                {
                    int piece = RandomAccess.Read(file, _buffer.AsSpan(got, wanted - got), at + got);
                    if (piece == 0)
                    {
                        break;
                    }

                    got += piece;
                }

                int whole = (int)RemoteAddress.WholePages((long)got);
                _buffer.AsSpan(got, whole - got).Clear();
                if (whole > 0 && writer.Write(key, (ulong)at, _buffer.AsSpan(0, whole)) is { } segment)
                {
                    segments.Add(segment);
                }
            }
        }

        return segments;
    }

    /// <summary>Nobody has a descriptor.</summary>
    private SharedObjectImage FromMappings(SharedObjectImage shared)
    {
        List<(SharedObjectSource Source, SharedView View)> own = [];
        foreach (SharedObjectSource source in sources)
        {
            own.AddRange(source.Scan.Views.Where(view => source.Scan.Objects[view.Object].Key == shared.Key).Select(view => (source, view)));
        }

        own.Sort((left, right) => left.View.Offset.CompareTo(right.View.Offset));
        if (own.Count > 0 && MappedObject.TryOpen(own[0].Source.Pid, own[0].View.Start, own[0].View.End) is { } file)
        {
            using (file)
            {
                FileStatus status = FileStatus.Of(file);
                return shared with { Length = status.Size, Mode = (int)status.Permissions, Segments = Read(shared.Key, file, SparseFile.FindData(file, status.Size)) };
            }
        }

        // What no mapping shows is a hole, or was found to be an obstacle.
        List<MemorySegment> segments = [];
        ulong done = 0;
        ulong limit = shared is { FoundAt: null, NamedAt: null } ? ulong.MaxValue : RemoteAddress.WholePages((ulong)shared.Length);
        foreach ((SharedObjectSource source, SharedView view) in own)
        {
            ulong end = Math.Min(view.Offset + (view.End - view.Start), limit);
            foreach (DataRun run in source.Residency.Find(shared.Key) ?? [new DataRun(0, (long)end)])
            {
                ReadView(shared.Key, source.Memory, view, Math.Max(done, (ulong)run.Offset), Math.Min(end, (ulong)(run.Offset + run.Length)), segments);
            }

            done = Math.Max(done, end);
        }

        return shared with { Length = shared is { FoundAt: null, NamedAt: null } ? (long)done : shared.Length, Segments = segments };
    }

    private void ReadView(string key, RemoteMemory memory, SharedView view, ulong from, ulong to, List<MemorySegment> segments)
    {
        for (ulong at = Math.Max(from, view.Offset); at < to; at += (ulong)_buffer.Length)
        {
            int wanted = (int)Math.Min((ulong)_buffer.Length, to - at);
            int got = memory.Read(view.Start + (at - view.Offset), _buffer.AsSpan(0, wanted));
            _buffer.AsSpan(got, wanted - got).Clear();
            if (writer.Write(key, at, _buffer.AsSpan(0, wanted)) is { } segment)
            {
                segments.Add(segment);
            }
        }
    }
}
