using System.Globalization;
using System.Text.Json;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Context;

/// <summary>What a job needs from the host on which it is resumed: of an image, or of a job that runs, as far as it can be seen from outside.</summary>
public sealed record HostNeeds
{
    /// <summary>Bytes that what another host says may have.</summary>
    public const int MaxLength = 4 << 20;

    private const int MaxPath = 4096;
    private const int MaxAddress = 128;

    public required IReadOnlyList<string> CpuFeatures { get; init; }

    public required IReadOnlyList<XsaveComponentImage> XsaveComponents { get; init; }

    /// <summary>As whom it runs (effective user).</summary>
    public required uint User { get; init; }

    public required IReadOnlyList<HostNeed> Needs { get; init; }

    public static HostNeeds Of(TreeImage image)
    {
        List<HostNeed> needs = [];
        HashSet<string> seen = [.. image.SharedObjects.Select(shared => shared.NamedAt).OfType<string>()];
        foreach (ProcessImage process in image.Processes)
        {
            AddProcess(image, process, seen, needs);
        }

        return new HostNeeds
        {
            CpuFeatures = image.Origin.CpuFeatures,
            XsaveComponents = image.Origin.XsaveComponents,
            User = image.Main.Threads[0].Credentials.Uids[1],
            Needs = needs,
        };
    }

    /// <summary>What this host lacks of it, one line each, all at once.</summary>
    public IReadOnlyList<Obstacle> FindMissing() => HostCheck.FindMissing(this);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ImageJson.Default.HostNeeds);

    /// <summary>Reads what another host says, within bounds.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static HostNeeds Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            HostNeeds needs = (bytes.Length <= MaxLength ? JsonSerializer.Deserialize(bytes, ImageJson.Default.HostNeeds) : null)
                ?? throw new InvalidDataException("no needs of a job, or too many");
            return needs.CpuFeatures.All(name => name is { Length: <= MaxAddress }) && needs.XsaveComponents.All(component => component is not null)
                    && needs.Needs.All(IsPossible)
                ? needs
                : throw new InvalidDataException("needs of a job that can't be");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("needs of a job that can't be understood", failure);
        }
    }

    /// <summary>What a description needs; those of one path once.</summary>
    /// <param name="isOwn">Paths in /proc that are there as soon as the job is.</param>
    internal static void Add(DescriptorImage description, Func<string, bool> isOwn, HashSet<string> seen, List<HostNeed> needs)
    {
        switch (description)
        {
            // The resumed process has those of /proc/self whoever looks now.
            case PathImage { AfterRelatives: false } path when !isOwn(path.Path) && seen.Add(path.Path) && !path.Path.StartsWith("/proc/self/", StringComparison.Ordinal):
                needs.Add(new HostNeed(KindOf(path), path.Path, path.Size));
                break;
            case RemovedDirectoryImage removed when Path.GetDirectoryName(removed.Path) is { } above && seen.Add(above):
                needs.Add(new HostNeed(HostNeedKind.OpenDirectory, above));
                break;
            case InotifyImage inotify:
                needs.AddRange(inotify.Watches.Where(watch => !watch.ByDescriptor).Select(watch => new HostNeed(HostNeedKind.WatchedPath, watch.Path)));
                break;
            case SocketImage socket:
                needs.Add(new HostNeed(HostNeedKind.Socket, "") { Socket = socket });
                break;
            case TcpEndImage end:
                needs.Add(new HostNeed(HostNeedKind.Connection, "") { Connection = end with { Unread = [] } });
                break;
        }
    }

    internal static void AddPipe(PipeImage pipe, List<HostNeed> needs)
    {
        if (pipe is { Path: { } name, Removed: false })
        {
            needs.Add(new HostNeed(HostNeedKind.NamedPipe, name));
        }
    }

    internal static void AddDirectory(string directory, Func<string, bool> isOwn, HashSet<string> seen, List<HostNeed> needs)
    {
        if (!directory.StartsWith("/proc/self", StringComparison.Ordinal) && !isOwn(directory) && seen.Add(directory + "/"))
        {
            needs.Add(new HostNeed(HostNeedKind.WorkingDirectory, directory));
        }
    }

    private static void AddProcess(TreeImage tree, ProcessImage image, HashSet<string> seen, List<HostNeed> needs)
    {
        bool isMain = image.Parent == 0;
        foreach (MappingImage mapping in image.Memory.Mappings)
        {
            if (mapping.Kind is MappingKind.SharedFile or MappingKind.PrivateFile && seen.Add(mapping.Name))
            {
                needs.Add(new HostNeed(HostNeedKind.MappedFile, mapping.Name, mapping.FileLength));
            }
            else if (mapping.Kind == MappingKind.AioContext)
            {
                needs.Add(new HostNeed(HostNeedKind.AioContext, "", (long)mapping.Length));
            }
        }

        bool IsOwn(string path) => IsOwnProc(path, id => image.Threads.Any(thread => thread.Tid == id));
        foreach (DescriptorImage description in image.Descriptors.Descriptions.Concat(isMain ? tree.Shared.Descriptions : []))
        {
            Add(description, IsOwn, seen, needs);
        }

        foreach (PipeImage pipe in image.Descriptors.Pipes.Concat(isMain ? tree.Shared.Pipes : []))
        {
            AddPipe(pipe, needs);
        }

        foreach (SharedObjectImage shared in image.Memory.SharedObjects.Concat(isMain ? tree.SharedObjects : []))
        {
            if (shared is { Common: false, FoundAt: { } place })
            {
                needs.Add(new HostNeed(HostNeedKind.MappedFileIfThere, place, shared.Length));
            }

            if (shared.Travels is { } travelling)
            {
                needs.Add(new HostNeed(HostNeedKind.TravellingFile, travelling, shared.Length) { Directory = shared.Directory ?? "/" });
            }
        }

        AddDirectory(image.Attributes.WorkingDirectory, IsOwn, seen, needs);
    }

    /// <summary>Of the job's own process or one of its threads in /proc: there as soon as the job is, and not before.</summary>
    internal static bool IsOwnProc(string path, Func<int, bool> isThread)
    {
        const string proc = "/proc/";
        return path.StartsWith(proc, StringComparison.Ordinal)
            && int.TryParse(path[proc.Length..].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            && isThread(id);
    }

    private static HostNeedKind KindOf(PathImage path) =>
        path.IsDirectory ? HostNeedKind.OpenDirectory : path.IsRegular && !path.IsKernelMade ? HostNeedKind.OpenFile : HostNeedKind.OpenPath;

    private static bool IsPossible(HostNeed? need) => need is not null && need.Kind switch
    {
        HostNeedKind.Socket => need.Socket is { } socket && IsAddress(socket.Address) && socket.Options.All(option => option.Value.Length <= MaxPath),
        HostNeedKind.AioContext => need.Length > 0,
        HostNeedKind.Connection => need.Connection is { } end && IsAddress(end.Address),
        _ => Enum.IsDefined(need.Kind) && IsPath(need.Path) && (need.Directory is null ? need.Kind != HostNeedKind.TravellingFile : IsPath(need.Directory)),
    };

    private static bool IsAddress(byte[] address) => address.Length <= MaxAddress;

    private static bool IsPath(string path) => path.Length is > 0 and <= MaxPath && path[0] == '/' && !path.Contains('\0');
}
