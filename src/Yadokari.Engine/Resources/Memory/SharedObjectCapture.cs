using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Content of memory that is shared by several mappings or descriptors, read once: by descriptor where the process
/// has one (which tells its holes), else through its mappings.</summary>
internal static class SharedObjectCapture
{
    /// <returns>The objects of the mappings in their order, then those that only descriptors lead to.</returns>
    public static IReadOnlyList<SharedObjectImage> Run(MemoryCapture scan, DescriptorCapture descriptors, RemoteMemory memory, MemoryWriter writer)
    {
        Dictionary<string, CarriedContent> contents = [];
        foreach (CarriedContent content in descriptors.Contents)
        {
            contents.Add(SharedObjectImage.KeyOf(content.File.Device, content.File.Inode), content);
        }

        List<SharedObjectImage> result = [];
        for (int i = 0; i < scan.Objects.Count; i++)
        {
            SharedObjectImage shared = scan.Objects[i];
            result.Add(contents.Remove(shared.Key, out CarriedContent? content)
                ? FromDescriptor(shared.Key, content, writer)
                : FromMappings(i, shared, scan.Views, memory, writer));
        }

        foreach ((string key, CarriedContent content) in contents)
        {
            result.Add(FromDescriptor(key, content, writer));
        }

        return result;
    }

    private static SharedObjectImage FromDescriptor(string key, CarriedContent content, MemoryWriter writer)
    {
        byte[] buffer = new byte[MemorySegment.MaxLength];
        List<MemorySegment> segments = [];
        foreach (DataRun run in content.Runs)
        {
            long end = run.Offset + run.Length;
            for (long at = run.Offset / RemoteAddress.PageSize * RemoteAddress.PageSize; at < end; at += buffer.Length)
            {
                int wanted = (int)Math.Min(buffer.Length, end - at);
                int got = 0;
                while (got < wanted)
                {
                    int piece = RandomAccess.Read(content.Handle, buffer.AsSpan(got, wanted - got), at + got);
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
            Segments = segments,
        };
    }

    /// <summary>Nobody has a descriptor: what no mapping shows, nobody can ever see again.</summary>
    private static SharedObjectImage FromMappings(int number, SharedObjectImage shared, IReadOnlyList<SharedView> views, RemoteMemory memory, MemoryWriter writer)
    {
        byte[] buffer = new byte[MemorySegment.MaxLength];
        List<MemorySegment> segments = [];
        List<SharedView> own = [];
        foreach (SharedView view in views)
        {
            if (view.Object == number)
            {
                own.Add(view);
            }
        }

        own.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        ulong done = 0;
        foreach (SharedView view in own)
        {
            ulong end = view.Offset + (view.End - view.Start);
            for (ulong at = Math.Max(done, view.Offset); at < end; at += (ulong)buffer.Length)
            {
                int wanted = (int)Math.Min((ulong)buffer.Length, end - at);
                int got = memory.Read(view.Start + (at - view.Offset), buffer.AsSpan(0, wanted));
                buffer.AsSpan(got, wanted - got).Clear();
                if (writer.Write(at, buffer.AsSpan(0, wanted)) is { } segment)
                {
                    segments.Add(segment);
                }
            }

            done = Math.Max(done, end);
        }

        return shared with { Length = (long)done, Segments = segments };
    }
}
