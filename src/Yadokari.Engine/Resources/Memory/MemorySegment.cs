namespace Yadokari.Engine.Resources.Memory;

/// <summary>A run of bytes in the context file.</summary>
/// <param name="Address">Where they belong: an address, or an offset in a shared object.</param>
/// <param name="Length">Bytes, a multiple of 4096, at most <see cref="MaxLength"/>.</param>
/// <param name="FileOffset">Where they are in the context file.</param>
/// <param name="Checksum">See <see cref="Restore.Checksum.OfSegment"/>.</param>
public sealed record MemorySegment(ulong Address, int Length, long FileOffset, uint Checksum)
{
    public const int MaxLength = 512 * 1024;
}
