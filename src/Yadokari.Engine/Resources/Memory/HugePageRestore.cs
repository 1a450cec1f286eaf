using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// A job takes as much memory as it took: what was made of huge pages is again, before it is read in, and what is full anyway is
/// too, where the kernel has some: a fault for each small page costs more than its content. Everything else is read into small
/// pages, also where this host gives huge ones to all (a page that was touched would become 512). The mappings' flags stay as they
/// are: MADV_COLLAPSE (madvise(2), kernel 6.1) leaves them alone, which MADV_HUGEPAGE would not.
/// </summary>
internal sealed class HugePageRestore(PlanContext context)
{
    private const ulong HugePage = 2UL << 20;

    private readonly IReadOnlyList<KernelRange> _ranges = context.Image.Memory.HugePages;
    private int _next;

    /// <summary>Null: as whoever resumes has it.</summary>
    private bool? _prevented;

    /// <summary>Whether huge pages are made in a mapping even if it has no content. Mappings come by ascending address.</summary>
    public bool Has(MappingImage mapping)
    {
        Advance(mapping);
        return MayHave(mapping) && _next < _ranges.Count && _ranges[_next].Start < mapping.End;
    }

    /// <summary>Huge pages of a mapping, which is there and may be written.</summary>
    /// <param name="filled">What is in it.</param>
    public void Emit(MappingImage mapping, IReadOnlyList<MemorySegment> segments, int first, int end, ContentMap filled)
    {
        if (!MayHave(mapping))
        {
            return;
        }

        Advance(mapping);
        for (int i = _next; i < _ranges.Count && _ranges[i].Start < mapping.End; i++)
        {
            Make(Math.Max(mapping.Start, _ranges[i].Start), Math.Min(mapping.End, _ranges[i].Start + _ranges[i].Length), filled);
        }

        if ((mapping.Flags & VmaFlags.NoHugePage) != 0 || context.Image.Attributes.ThpDisabled)
        {
            return;
        }

        int at = first;
        while (at < end)
        {
            ulong from = segments[at].Address;
            ulong to = from;
            for (; at < end && segments[at].Address == to; at++)
            {
                to += (ulong)segments[at].Length;
            }

            Make(from, to, filled);
        }
    }

    /// <summary>Huge pages of what this process and others have in common, which is mapped and empty.</summary>
    /// <param name="content">What will be in it.</param>
    public void EmitCommon(CommonRange range, ContentMap content)
    {
        foreach (KernelRange part in _ranges.Where(part => part.Start < range.End && part.Start + part.Length > range.Start))
        {
            Make(Math.Max(range.Start, part.Start), Math.Min(range.End, part.Start + part.Length), ContentMap.Empty);
        }

        bool small = context.Image.Attributes.ThpDisabled
            || context.Image.Memory.Mappings.Any(mapping => mapping.Start < range.End && mapping.End > range.Start && (mapping.Flags & VmaFlags.NoHugePage) != 0);
        ulong from = 0, to = 0;
        foreach (ContentRange part in small ? [] : content.In(range.Start, range.End))
        {
            if (part.Start != to)
            {
                Make(from, to, ContentMap.Empty);
                from = part.Start;
            }

            to = part.End;
        }

        Make(from, to, ContentMap.Empty);
    }

    /// <summary>What is touched from here on gets small pages.</summary>
    public void Prevent() => Set(true);

    /// <summary>Afterwards it is as with a process that never said anything; what the job said comes with its attributes.</summary>
    public void Finish() => Set(false);

    private void Advance(MappingImage mapping)
    {
        while (_next < _ranges.Count && _ranges[_next].Start + _ranges[_next].Length <= mapping.Start)
        {
            _next++;
        }
    }

    private static bool MayHave(MappingImage mapping) => mapping is { Kind: MappingKind.Private, Unchanged: false };

    private void Set(bool prevent)
    {
        if (_prevented != prevent)
        {
            _prevented = prevent;
            context.Plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE"), prevent ? 1 : 0, 0, 0, 0);
        }
    }

    private void Make(ulong start, ulong end, ContentMap filled)
    {
        foreach ((ulong from, ulong to) in filled.Gaps(start, end))
        {
            MakeEmpty(from, to);
        }
    }

    private void MakeEmpty(ulong from, ulong to)
    {
        from = (from + HugePage - 1) / HugePage * HugePage;
        to = to / HugePage * HugePage;
        if (from >= to)
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        Set(false);
        for (ulong at = from; at < to; at += HugePage)
        {
            // Where nothing is, nothing can be collapsed.
            plan.Do(OperationKind.Store64, null, new RemoteAddress(at), 0);
        }

        plan.Try(null, SystemCall.Madvise, new RemoteAddress(from), to - from, Argument.Named(MADV_COLLAPSE, "MADV_COLLAPSE"));
    }
}
