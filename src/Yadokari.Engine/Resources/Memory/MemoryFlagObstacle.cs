using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>What the kernel tells of a mapping in letters (VmFlags) and can't be carried. Every flag is carried, of no matter, or
/// named here: one that a later kernel adds is an obstacle until somebody has looked at it.</summary>
internal static class MemoryFlagObstacle
{
    /// <summary>What a mapping that is no file's comes back with.</summary>
    public const VmaFlags Carried =
        VmaFlags.GrowsDown | VmaFlags.Locked | VmaFlags.LockOnFault | VmaFlags.SequentialRead | VmaFlags.RandomRead | VmaFlags.DontFork
        | VmaFlags.NoReserve | VmaFlags.DontDump | VmaFlags.HugePage | VmaFlags.NoHugePage | VmaFlags.Mergeable | VmaFlags.WipeOnFork
        | VmaFlags.Accounted | VmaFlags.MayWrite | VmaFlags.Droppable;

    /// <summary>Drivers' mappings.</summary>
    private const VmaFlags Device = VmaFlags.Io | VmaFlags.PageFrames | VmaFlags.MixedMap | VmaFlags.Architecture | VmaFlags.DontExpand;

    public static Obstacle? Find(Vma vma, string where)
    {
        if (vma.UnknownFlags.Length > 0)
        {
            return new Obstacle("unknown-memory", $"memory of a kind that this version does not know (VmFlags {vma.UnknownFlags}) at {where}");
        }

        if ((vma.Flags & VmaFlags.Synchronous) != 0)
        {
            return new Obstacle("dax", $"storage mapped as memory (MAP_SYNC) at {where}");
        }

        // Without a key of its own, memory that may only be executed gets one from the kernel, there as here (execute_only_pkey).
        if (vma.ProtectionKey != 0 && vma.Protection != VmaProtection.Execute)
        {
            return new Obstacle("protection-key", $"memory with a protection key (pkey_mprotect) at {where}");
        }

        return (vma.Flags & Device) != 0
            ? new Obstacle("device-memory", $"memory of a device at {where}")
            : null;
    }
}
