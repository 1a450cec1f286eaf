using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A run of pages that relatives may have alike.</summary>
/// <param name="Run">Where it is in the process.</param>
/// <param name="Place">What its first page has in common with those that may be alike: the same address, or the same place of the same
/// file. That of each page behind it is a page more.</param>
internal readonly record struct PlacedRun(PageRun Run, ulong Place)
{
    /// <summary>No address has this bit.</summary>
    private const ulong OfFiles = 1UL << 63;

    /// <summary>Memory that is no file's: what was in common at a fork is at the same address.</summary>
    public static PlacedRun Of(PageRun run) => new(run, run.Start.Value);

    /// <summary>Unchanged pages of a file. Two files may get the same place by chance: their pages are compared.</summary>
    public static PlacedRun Of(PageRun run, Linux.Proc.Vma vma)
    {
        ulong file = (vma.Inode * 0x9E3779B97F4A7C15) ^ (((ulong)vma.DeviceMajor << 32 | vma.DeviceMinor) * 0xC2B2AE3D27D4EB4F);
        return new PlacedRun(run, OfFiles | (((file << 12) + vma.Offset + (run.Start - vma.Start)) & ~OfFiles));
    }
}
