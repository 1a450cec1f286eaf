using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Memory and files without a name that more than one process of a job maps or has open: they belong to the tree, and are
/// read once.</summary>
internal sealed class CommonObjects
{
    private readonly IReadOnlyList<SharedObjectSource> _sources;
    private readonly HashSet<string> _keys = [];
    private IReadOnlyList<string> _unmapped = [];

    private CommonObjects(IReadOnlyList<SharedObjectSource> sources) => _sources = sources;

    /// <summary>Their keys, see <see cref="SharedObjectImage.Key"/>.</summary>
    public IReadOnlySet<string> Keys => _keys;

    /// <summary>Those that descriptors lead to; by their place in the list descriptions of several processes name them.</summary>
    public required IReadOnlyList<CarriedFileImage> Files { get; init; }

    /// <summary>Sorts the mappings of all processes, and finds what they have in common.</summary>
    public static CommonObjects Find(IReadOnlyList<AskedProcess> asked, TreeDescriptorCapture descriptors, List<Obstacle> obstacles)
    {
        // A private view of what only another process shares must follow it, too.
        HashSet<string> all = [];
        for (int i = 0; i < asked.Count; i++)
        {
            all.UnionWith(descriptors.Processes[i].Contents.Select(KeyOf));
            all.UnionWith(asked[i].Vmas.Where(vma => vma.Shared && MemoryCapture.IsObject(vma)).Select(MemoryCapture.KeyOf));
        }

        List<SharedObjectSource> sources = [];
        Dictionary<string, int> holders = [];
        for (int i = 0; i < asked.Count; i++)
        {
            asked[i].ScanMemory([.. all]);
            SharedObjectSource source = asked[i].Objects(descriptors.Processes[i]);
            sources.Add(source);
            foreach (string key in source.Scan.Objects.Select(shared => shared.Key).Concat(source.Contents.Select(KeyOf)).Distinct())
            {
                holders[key] = holders.GetValueOrDefault(key) + 1;
            }
        }

        // In the order in which descriptions that are shared refer to them.
        List<CarriedFileImage> files = [.. descriptors.Shared.Files];
        HashSet<string> listed = [.. files.Select(KeyOf)];
        foreach (CarriedFileImage file in sources.SelectMany(source => source.Contents).Select(content => content.File))
        {
            if (holders[KeyOf(file)] > 1 && listed.Add(KeyOf(file)))
            {
                files.Add(file with { Id = files.Count });
            }
        }

        foreach (CarriedFileImage file in files.Where(file => file.Kind == CarriedFileKind.Travelling))
        {
            obstacles.Add(new Obstacle("shared-descriptor", $"{file.Name}, which travels, is open in several processes of the job"));
        }

        // Those are the job's, whichever process has mapped them, as System V objects are.
        HashSet<string> named = [.. sources.SelectMany(source => source.Scan.Objects).Where(shared => shared.NamedAt is not null).Select(shared => shared.Key)];
        CommonObjects common = new(sources) { Files = files, _unmapped = Unmapped(sources[0].Pid, named, obstacles) };
        common._keys.UnionWith(named);
        common._keys.UnionWith(listed);
        common._keys.UnionWith(holders.Where(pair => pair.Value > 1 || pair.Key.StartsWith(SegmentImage.KeyPrefix, StringComparison.Ordinal)).Select(pair => pair.Key));
        return common;
    }

    /// <summary>Copies their content, and that of System V segments that nobody maps.</summary>
    public IReadOnlyList<SharedObjectImage> Read(MemoryWriter writer, AskedProcess main, SystemVCapture ipc)
    {
        Dictionary<string, SystemVObject> apart = ipc.Segments.Where(segment => !IsMappedWhole(segment.Key, segment.Value)).ToDictionary();
        HashSet<string> others = [.. _keys];
        others.ExceptWith(apart.Keys);
        List<SharedObjectImage> objects = others.Count == 0 ? [] : [.. new SharedObjectCapture(_sources, writer).OfTree(others)];
        foreach (string path in _unmapped)
        {
            objects.Add(new SharedObjectCapture(_sources, writer).FromName(path) is { } image && _keys.Add(image.Key) ? image
                : throw new EngineException(EngineError.Failed, $"{path}, which is the job's, can't be read"));
        }

        objects.AddRange(apart.OrderBy(pair => pair.Value.Id).Select(pair => SegmentContent.Read(main, pair.Value, writer)).OfType<SharedObjectImage>());
        return [.. objects.Select(ipc.Complete)];
    }

    /// <summary>In a /dev/shm of its own all is the job's.</summary>
    private static List<string> Unmapped(int pid, HashSet<string> mapped, List<Obstacle> obstacles)
    {
        List<string> unmapped = [];
        if (!NamedMemory.IsOwn(pid))
        {
            return unmapped;
        }

        if (NamedMemory.Files(pid) is not { } all)
        {
            obstacles.Add(new Obstacle("shared-memory", $"what is in the job's own {NamedMemory.Directory} may not be looked at"));
            return unmapped;
        }

        foreach ((string path, FileStatus file) in all)
        {
            if (!file.IsRegular || file.Links > 1)
            {
                obstacles.Add(new Obstacle("shared-memory", $"{path}, in the job's own {NamedMemory.Directory}, is no file with one name"));
            }
            else if (!mapped.Contains(SharedObjectImage.KeyOf(file.Device, file.Inode)))
            {
                unmapped.Add(path);
            }
        }

        return unmapped;
    }

    private bool IsMappedWhole(string key, SystemVObject segment)
    {
        IEnumerable<(ulong Start, ulong Length)> views = _sources.SelectMany(source => source.Scan.Views.Where(view => source.Scan.Objects[view.Object].Key == key)).Select(view => (view.Offset, view.End - view.Start));
        return Coverage.Gaps(views.Append((RemoteAddress.WholePages((ulong)segment.Size), 0ul))).Count == 0;
    }

    internal static string KeyOf(CarriedContent content) => KeyOf(content.File);

    private static string KeyOf(CarriedFileImage file) => SharedObjectImage.KeyOf(file.Device, file.Inode);
}
