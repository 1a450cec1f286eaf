using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Restore;

/// <summary>
/// What a job's processes have alike at the same addresses (what was one since a fork), and who of them reads it before it makes its children,
/// which inherit it: so it is one again. A pure function of the image.
/// <code>
/// parent's image       [AAAAAAAA][BBBB]              the parent reads A and C, makes both children, reads B over what it has of C;
/// child's image        [AAAAAAAA][CCCC]   [unmapped] the first child has A and C and reads nothing;
/// another's            [AADDAAAA][CCCC]              the second one reads D
/// </code>
/// What a process has is followed from operation to operation (<see cref="InheritedMemory"/>): what it then reads, drops and unmaps
/// is the difference to its image. So whatever is chosen here, each comes to what it had.
/// </summary>
internal sealed class CommonMemory
{
    /// <summary>Bytes up to which memory that nothing was written to is inherited with what lies beside it, as guard pages are: it costs none.</summary>
    private const ulong LongestGuard = 2 << 20;

    private const VmaFlags Made = VmaFlags.GrowsDown | VmaFlags.NoReserve;

    private readonly Dictionary<int, IReadOnlyList<MemorySegment>> _segments = [];
    private readonly Dictionary<int, ContentMap> _own = [];
    private readonly Dictionary<int, ContentMap> _wanted = [];
    private readonly Dictionary<int, ContentMap> _staged = [];
    private readonly List<CommonRange> _ranges = [];

    private CommonMemory()
    {
    }

    /// <summary>By ascending address, none over another.</summary>
    public IReadOnlyList<CommonRange> Ranges => _ranges;

    public static CommonMemory Of(TreeImage tree)
    {
        CommonMemory common = new();
        if (tree.Processes.Count > 1)
        {
            common.FindRanges(tree);
            foreach (ProcessImage process in tree.Processes)
            {
                common.AddOwn(process);
            }

            // Each one is behind its parent.
            foreach (ProcessImage process in tree.Processes.Reverse())
            {
                common.Choose(tree, process);
            }
        }

        return common;
    }

    /// <summary>Flags that a mapping is made with; all others can be set later.</summary>
    public static VmaFlags MadeWith(MappingImage mapping) => mapping.Flags & Made;

    /// <summary>Memory that comes back as a fork leaves it.</summary>
    public static bool MayInherit(MappingImage mapping) => mapping is { Kind: MappingKind.Private, Unchanged: false } && (mapping.Flags & VmaFlags.Droppable) == 0;

    /// <summary>What a process has before it makes its children.</summary>
    public ContentMap Staged(int pid) => _staged.GetValueOrDefault(pid, ContentMap.Empty);

    /// <summary>What a process has in common ranges, by ascending address.</summary>
    public IReadOnlyList<MemorySegment> Segments(int pid) => _segments.GetValueOrDefault(pid, []);

    /// <summary>A child needs less of its own when it is made by a parent that has read what is staged.</summary>
    public bool Inherits(int pid, int parent) => _wanted.TryGetValue(pid, out ContentMap? wanted) && !wanted.Same(Staged(parent)).IsEmpty;

    private void FindRanges(TreeImage tree)
    {
        List<CommonRange> all = [.. tree.Processes.SelectMany(process => Areas(process.Memory))];
        all.Sort((left, right) => left.Start.CompareTo(right.Start));
        for (int i = 0; i < all.Count;)
        {
            CommonRange joined = all[i];
            bool alike = true;
            int first = i++;
            for (; i < all.Count && all[i].Start < joined.End; i++)
            {
                alike &= all[i].Flags == joined.Flags;
                joined = joined with { End = Math.Max(joined.End, all[i].End) };
            }

            // What was made in two ways comes back as each one's own.
            if (alike && i - first > 1)
            {
                _ranges.Add(joined);
            }
        }
    }

    /// <summary>Of one process: mappings without a gap between them, which may have been one and be one again (mprotect). What is inherited never
    /// becomes one with what is not (mm/vma.c, is_mergeable_anon_vma), and mremap takes no two; so all of them are inherited, or none.</summary>
    private static IEnumerable<CommonRange> Areas(MemoryImage memory)
    {
        ContentMap content = ContentMap.Of(memory.Segments);
        CommonRange area = default;
        bool holds = false;
        foreach (MappingImage mapping in memory.Mappings)
        {
            // What was never written, nor may be, may be larger than there is memory.
            bool filled = content.In(mapping.Start, mapping.End).Any();
            bool counts = MayInherit(mapping) && (filled || mapping.Protection.HasFlag(VmaProtection.Write) || mapping.End - mapping.Start <= LongestGuard);
            if (counts && area.End == mapping.Start && area.Flags == MadeWith(mapping))
            {
                area = area with { End = mapping.End };
                holds |= filled;
                continue;
            }

            if (holds)
            {
                yield return area;
            }

            area = counts ? new CommonRange(mapping.Start, mapping.End, MadeWith(mapping)) : default;
            holds = counts && filled;
        }

        if (holds)
        {
            yield return area;
        }
    }

    private void AddOwn(ProcessImage process)
    {
        List<MemorySegment> segments = [];
        int range = 0, mapping = 0;
        IReadOnlyList<MappingImage> mappings = process.Memory.Mappings;
        foreach (MemorySegment segment in process.Memory.Segments)
        {
            while (range < _ranges.Count && _ranges[range].End <= segment.Address)
            {
                range++;
            }

            while (mapping < mappings.Count && mappings[mapping].End <= segment.Address)
            {
                mapping++;
            }

            if (range < _ranges.Count && mapping < mappings.Count && _ranges[range].Start <= segment.Address && mappings[mapping].Start <= segment.Address
                && segment.Address + (ulong)segment.Length <= mappings[mapping].End && MayInherit(mappings[mapping]))
            {
                segments.Add(segment);
            }
        }

        _segments[process.Attributes.Pid] = segments;
        _own[process.Attributes.Pid] = ContentMap.Of(segments);
    }

    /// <summary>What at least two have of the process and those that its children want, when these are made. Where more than two differ, that of
    /// the process counts first, then that of its first children.</summary>
    private void Choose(TreeImage tree, ProcessImage process)
    {
        int pid = process.Attributes.Pid;
        ContentMap first = _own[pid], second = ContentMap.Empty, alike = ContentMap.Empty, alikeElsewhere = ContentMap.Empty;
        foreach (ProcessImage child in tree.Processes.Where(child => child.Parent == pid))
        {
            ContentMap wanted = _wanted[child.Attributes.Pid];
            alike = alike.Fill(wanted.Same(first));
            ContentMap rest = wanted.Without(first);
            alikeElsewhere = alikeElsewhere.Fill(rest.Same(second));
            second = second.Fill(rest);
            first = first.Fill(wanted);
        }

        _staged[pid] = alike.Fill(alikeElsewhere);
        _wanted[pid] = _staged[pid].Fill(_own[pid]);
    }
}
