using Yadokari.Engine.Filling;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Looks up what a host must know of a process to make one like it while this one still runs.</summary>
internal static class LayoutCapture
{
    /// <summary>Null: there is nothing to fill, or it can't be told.</summary>
    public static byte[]? Take(TrackedMemory memory)
    {
        (IReadOnlyList<Vma> mappings, IReadOnlyList<MemoryExtent> extents) = memory.Watched;
        IReadOnlyList<Vma> all = ProcMaps.ReadMaps(memory.Pid) ?? [];
        IReadOnlyList<Vma> kept = [.. mappings.Where(vma => (vma.Flags & VmaFlags.GrowsDown) == 0)];
        if (kept.Count == 0 || ProcStatus.Read(memory.Pid) is not { NsPid: [.., int pid] }
            || FreeAddresses.TryFind(all, RegionFit.Step) is not { } region || OwnVdso.Of(memory.Pid, all) is not { } vdso)
        {
            return null;
        }

        List<ulong> words = [];
        foreach (Vma vma in kept)
        {
            words.AddRange([vma.Start.Value, vma.End.Value, (ulong)FlagsOf(vma)]);
        }

        List<ulong> places = [];
        foreach (MemoryExtent extent in extents)
        {
            places.AddRange([extent.Start, (ulong)extent.Pages, (ulong)extent.FileOffset]);
        }

        byte[] layout = new FillLayout
        {
            Pid = pid,
            HighestDescriptor = (ProcFdInfo.Numbers(memory.Pid) ?? []).DefaultIfEmpty(-1).Max(),
            RegionBase = region.Value,
            RegionLength = RegionFit.Step,
            VdsoSum = Checksum.Compute(vdso.Bytes),
            Mappings = words,
            Extents = places,
        }.ToBytes();
        return layout.Length <= FillLayout.MaxLength ? layout : null;
    }

    private static FillMappingFlags FlagsOf(Vma vma) =>
        ((vma.Flags & VmaFlags.NoReserve) != 0 ? FillMappingFlags.NoReserve : 0) | ((vma.Flags & VmaFlags.NoHugePage) == 0 ? FillMappingFlags.Huge : 0);
}
