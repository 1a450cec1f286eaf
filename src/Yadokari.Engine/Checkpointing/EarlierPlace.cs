using System.Globalization;

namespace Yadokari.Engine.Checkpointing;

/// <summary>Where an earlier context file of a job has a range of memory. One that is written over it has the range there as well, so that
/// what did not change need not be written.</summary>
/// <param name="Owner">The pid of the process in its own pid namespace; of shared memory its key
/// (<see cref="Resources.Memory.SharedObjectImage.Key"/>), which has a colon.</param>
/// <param name="Address">As in <see cref="Resources.Memory.MemorySegment"/>.</param>
/// <param name="Length">Bytes, whole pages.</param>
/// <param name="FileOffset">Where they are in the context file.</param>
public sealed record EarlierPlace(string Owner, ulong Address, long Length, long FileOffset)
{
    /// <param name="pid">In its own pid namespace.</param>
    public static string OwnerOf(int pid) => pid.ToString(CultureInfo.InvariantCulture);
}
