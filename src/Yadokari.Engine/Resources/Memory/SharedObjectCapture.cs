using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Content of memory that is shared by several mappings or descriptors, read once, and never where it has a hole: a hole that
/// is touched becomes memory. By descriptor where the process has one, else by the object behind a mapping where that may be
/// opened: both tell their holes. Else through a mapping, as far as its pages are known to hold something.
/// </summary>
internal sealed class SharedObjectCapture(int pid, MemoryCapture scan, SharedResidency residency, RemoteMemory memory, MemoryWriter writer)
{
    private readonly byte[] buffer = new byte[MemorySegment.MaxLength];

    /// <returns>The objects of the mappings in their order, then those that only descriptors lead to.</returns>
    public IReadOnlyList<SharedObjectImage> Run(DescriptorCapture descriptors)
    {
        Dictionary<string, CarriedContent> contents = [];
        foreach (CarriedContent content in descriptors.Contents)
        {
            contents.Add(SharedObjectImage.KeyOf(content.File.Device, content.File.Inode), content);
        }

        List<SharedView>[] views = new List<SharedView>[scan.Objects.Count];
        foreach (SharedView view in scan.Views)
        {
            (views[view.Object] ??= []).Add(view);
        }

        List<SharedObjectImage> result = [];
        for (int i = 0; i < scan.Objects.Count; i++)
        {
            SharedObjectImage shared = scan.Objects[i];
            result.Add(contents.Remove(shared.Key, out CarriedContent? content)
                ? FromDescriptor(shared.Key, content)
                : FromMappings(shared, views[i] ?? []));
        }

        foreach ((string key, CarriedContent content) in contents)
        {
            result.Add(FromDescriptor(key, content));
        }

        return result;
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
            Segments = Read(content.Handle, content.Runs),
        };
    }

    private List<MemorySegment> Read(SafeFileHandle file, IReadOnlyList<DataRun> runs)
    {
        List<MemorySegment> segments = [];
        foreach (DataRun run in runs)
        {
            long end = run.Offset + run.Length;
            for (long at = run.Offset / RemoteAddress.PageSize * RemoteAddress.PageSize; at < end; at += buffer.Length)
            {
                int wanted = (int)Math.Min(buffer.Length, end - at);
                int got = 0;
                while (got < wanted)
                {
                    int piece = RandomAccess.Read(file, buffer.AsSpan(got, wanted - got), at + got);
                    if (piece == 0)
                    {
                        break;
                    }

                    got += piece;
                }

                int whole = (got + RemoteAddress.PageSize - 1) / RemoteAddress.PageSize * RemoteAddress.PageSize;
                buffer.AsSpan(got, whole - got).Clear();
                if (whole > 0 && writer.Write((ulong)at, buffer.AsSpan(0, whole)) is { } segment)
                {
                    segments.Add(segment);
                }
            }
        }

        return segments;
    }

    /// <summary>Nobody has a descriptor.</summary>
    private SharedObjectImage FromMappings(SharedObjectImage shared, List<SharedView> own)
    {
        own.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        if (own.Count > 0 && MappedObject.TryOpen(pid, own[0].Start, own[0].End) is { } file)
        {
            using (file)
            {
                FileStatus status = FileStatus.Of(file);
                return shared with { Length = status.Size, Mode = (int)status.Permissions, Segments = Read(file, SparseFile.FindData(file, status.Size)) };
            }
        }

        // What no mapping shows, nobody can ever see again.
        IReadOnlyList<DataRun>? held = residency.Find(shared.Key);
        List<MemorySegment> segments = [];
        ulong done = 0;
        ulong limit = shared.FoundAt is null ? ulong.MaxValue
            : ((ulong)shared.Length + RemoteAddress.PageSize - 1) / RemoteAddress.PageSize * RemoteAddress.PageSize;
        foreach (SharedView view in own)
        {
            ulong end = Math.Min(view.Offset + (view.End - view.Start), limit);
            foreach (DataRun run in held ?? [new DataRun(0, (long)end)])
            {
                ReadView(view, Math.Max(done, (ulong)run.Offset), Math.Min(end, (ulong)(run.Offset + run.Length)), segments);
            }

            done = Math.Max(done, end);
        }

        return shared with { Length = shared.FoundAt is null ? (long)done : shared.Length, Segments = segments };
    }

    private void ReadView(SharedView view, ulong from, ulong to, List<MemorySegment> segments)
    {
        for (ulong at = Math.Max(from, view.Offset); at < to; at += (ulong)buffer.Length)
        {
            int wanted = (int)Math.Min((ulong)buffer.Length, to - at);
            int got = memory.Read(view.Start + (at - view.Offset), buffer.AsSpan(0, wanted));
            buffer.AsSpan(got, wanted - got).Clear();
            if (writer.Write(at, buffer.AsSpan(0, wanted)) is { } segment)
            {
                segments.Add(segment);
            }
        }
    }
}
