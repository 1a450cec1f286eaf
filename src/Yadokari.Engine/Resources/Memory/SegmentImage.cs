using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>What a segment of System V shared memory is besides its content (shmget(2)).</summary>
/// <param name="Removed">It goes with its last mapping (IPC_RMID).</param>
/// <param name="Locked">Never in swap space (SHM_LOCK).</param>
public sealed record SegmentImage(SystemVName Name, bool Removed, bool Locked)
{
    /// <summary>What keys of segments begin with: their inodes may be those of other memory.</summary>
    public const string KeyPrefix = "sysv:";
}
