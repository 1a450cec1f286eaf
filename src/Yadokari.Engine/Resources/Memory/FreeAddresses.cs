using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Addresses that a process does not use: for the region of its resume, and the control segment behind it.</summary>
public static class FreeAddresses
{
    /// <summary>Bytes of the longest plan that a context file holds.</summary>
    public const ulong LongestPlan = 1UL << 30;

    private const ulong SearchStart = 1UL << 40;
    private const ulong Alignment = 256UL << 20;

    /// <summary>Whether there is room for any plan.</summary>
    public static bool Has(IReadOnlyList<Vma> vmas) => TryFind(vmas, LongestPlan) is not null;

    /// <summary>A free range for a region of that length and the control segment behind it; null when there is none.</summary>
    /// <param name="vmas">By ascending address.</param>
    public static RemoteAddress? TryFind(IReadOnlyList<Vma> vmas, ulong length)
    {
        ulong start = SearchStart;
        foreach (Vma vma in vmas)
        {
            if (vma.Start.Value >= start + (length * 2))
            {
                break;
            }

            if (vma.End.Value > start)
            {
                start = (vma.End.Value + Alignment - 1) / Alignment * Alignment;
            }
        }

        return start < AddressSpace.End - (length * 2) ? new RemoteAddress(start) : null;
    }
}
