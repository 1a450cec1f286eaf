using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Restore;

/// <summary>What a process has of its job's memory at some place of the plan. Immutable.</summary>
/// <param name="Ranges">Mapped, readable and writable, by ascending address.</param>
/// <param name="Content">What is in them.</param>
internal sealed record InheritedMemory(IReadOnlyList<CommonRange> Ranges, ContentMap Content)
{
    public static InheritedMemory None { get; } = new([], ContentMap.Empty);

    /// <summary>A mapping that need not be made.</summary>
    public bool Has(MappingImage mapping) => CommonMemory.MayInherit(mapping)
        && Ranges.Any(range => range.Start <= mapping.Start && mapping.End <= range.End && range.Flags == CommonMemory.MadeWith(mapping));

    /// <summary>The parts of what is mapped that a process has not.</summary>
    /// <param name="mappings">All that it has, by ascending address.</param>
    public IEnumerable<(ulong Start, ulong End)> Needless(IReadOnlyList<MappingImage> mappings)
    {
        IReadOnlyList<MappingImage> kept = [.. mappings.Where(Has)];
        foreach (CommonRange range in Ranges)
        {
            ulong at = range.Start;
            foreach (MappingImage mapping in kept.Where(mapping => range.Start <= mapping.Start && mapping.End <= range.End))
            {
                if (mapping.Start > at)
                {
                    yield return (at, mapping.Start);
                }

                at = mapping.End;
            }

            if (at < range.End)
            {
                yield return (at, range.End);
            }
        }
    }
}
