using System.Runtime.CompilerServices;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Linux.Memory;

/// <summary>The memory of this program's own objects.</summary>
public static class OwnHeap
{
    /// <summary>Bytes of a region, in which the collector divides what it has reserved (gcpriv.h, <c>INITIAL_REGION_SIZE</c>).</summary>
    private const ulong Region = 4 << 20;

    /// <summary>Bytes of a region for large or pinned objects.</summary>
    private const ulong LargeRegion = 8 * Region;

    /// <summary>Bytes of a huge page.</summary>
    private const ulong HugePage = 2 << 20;

    /// <summary>What the collector has reserved for its next objects becomes huge pages where it is used: an object's first page costs
    /// microseconds, tens of them on a hypervisor that shadows page tables, and whoever looks at a process has a thousand new ones.
    /// The collector makes what it has reserved usable bit by bit, of which none is large enough for a huge page: that is done here for
    /// some of it at once. A hint: where its memory is not as was thought, or the system has no huge pages, nothing is different.</summary>
    /// <exception cref="SystemCallException">/proc/self/maps can't be read.</exception>
    public static void UseHugePages()
    {
        ulong inUse = AddressOfNewObject() & ~(Region - 1);
        if (ProcMaps.ReadMaps(Environment.ProcessId) is not { } areas || Reserved(areas, inUse) is not ({ } start, { } end))
        {
            return;
        }

        // Those of the three generations, the one for large objects behind them, and what they grow into.
        start = Math.Max(start, inUse - (2 * Region));
        end = Math.Min(end, inUse + (2 * Region) + LargeRegion + (4 * Region));
        nint length = (nint)(end - start);
        if (LinuxCall.Invoke(SystemCall.Mprotect, (nint)start, length, PROT_READ | PROT_WRITE) < 0)
        {
            return;
        }

        // The collector asks for the first as well, and it would be another kind of memory than its neighbour otherwise.
        _ = LinuxCall.Invoke(SystemCall.Madvise, (nint)start, length, MADV_DODUMP);
        _ = LinuxCall.Invoke(SystemCall.Madvise, (nint)start, length, MADV_HUGEPAGE);
        _ = LinuxCall.Invoke(SystemCall.Madvise, (nint)inUse, (nint)HugePage, MADV_COLLAPSE);
    }

    private static ulong AddressOfNewObject()
    {
        object one = new();
        return Unsafe.As<object, ulong>(ref one);
    }

    /// <summary>Nameless memory without a gap around an address, that may be written or not be touched: start and end.</summary>
    private static (ulong Start, ulong End)? Reserved(IReadOnlyList<Vma> areas, ulong address)
    {
        int at = areas.TakeWhile(area => area.End.Value <= address).Count();
        if (at == areas.Count || areas[at].Start.Value > address || !IsReserved(areas[at]))
        {
            return null;
        }

        int first = at;
        while (first > 0 && IsReserved(areas[first - 1]) && areas[first - 1].End == areas[first].Start)
        {
            first--;
        }

        while (at + 1 < areas.Count && IsReserved(areas[at + 1]) && areas[at + 1].Start == areas[at].End)
        {
            at++;
        }

        return (areas[first].Start.Value, areas[at].End.Value);
    }

    private static bool IsReserved(Vma area) => !area.Shared && !area.IsFile && area.Name.Length == 0
        && area.Protection is VmaProtection.None or (VmaProtection.Read | VmaProtection.Write);
}
