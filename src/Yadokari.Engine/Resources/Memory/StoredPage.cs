using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A page of a process whose bytes are in the context file.</summary>
/// <param name="Memory">The process's.</param>
/// <param name="Address">Where it is there.</param>
/// <param name="FileOffset">Where its bytes are.</param>
/// <param name="Owner">Whose it is when it was copied while the process ran; else null: the process stands still.</param>
/// <param name="Extent">In which it was copied then.</param>
internal readonly record struct StoredPage(RemoteMemory Memory, RemoteAddress Address, long FileOffset, TrackedMemory? Owner = null, MemoryExtent? Extent = null)
{
    /// <summary>Its number in the extent.</summary>
    public int Page => (int)((FileOffset - Extent!.FileOffset) / RemoteAddress.PageSize);

    /// <summary>Both in memory and in the file it lies so many pages behind another.</summary>
    public bool IsBehind(in StoredPage other, int pages) =>
        FileOffset == other.FileOffset + ((long)pages * RemoteAddress.PageSize) && ReferenceEquals(Extent, other.Extent);
}
