namespace Yadokari.Linux.Proc;

/// <summary>The names of VmFlags (show_smap_vma_flags, fs/proc/task_mmu.c, kernel 6.18; Documentation/filesystems/proc.rst).</summary>
public static class VmaFlagNames
{
    /// <summary>Known, and told by other means or of no matter: protections and what they may become, shared,
    /// soft-dirty, and gu (may hold guard pages, since 6.18): which pages they are is asked of pagemap.</summary>
    private const string Ordinary = "rd wr ex sh mr me ms sd gu";

    /// <summary>The flag of a two-letter name; <see cref="VmaFlags.None"/> when it is of no matter, null when it is not known.</summary>
    public static VmaFlags? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length != 2)
        {
            return null;
        }

        return (name[0] << 8 | name[1]) switch
        {
            'g' << 8 | 'd' => VmaFlags.GrowsDown,
            'l' << 8 | 'o' => VmaFlags.Locked,
            's' << 8 | 'r' => VmaFlags.SequentialRead,
            'r' << 8 | 'r' => VmaFlags.RandomRead,
            'd' << 8 | 'c' => VmaFlags.DontFork,
            'n' << 8 | 'r' => VmaFlags.NoReserve,
            'd' << 8 | 'd' => VmaFlags.DontDump,
            'h' << 8 | 'g' => VmaFlags.HugePage,
            'n' << 8 | 'h' => VmaFlags.NoHugePage,
            'm' << 8 | 'g' => VmaFlags.Mergeable,
            'w' << 8 | 'f' => VmaFlags.WipeOnFork,
            'h' << 8 | 't' => VmaFlags.HugeTlb,
            'i' << 8 | 'o' => VmaFlags.Io,
            'p' << 8 | 'f' => VmaFlags.PageFrames,
            'u' << 8 | 'm' or 'u' << 8 | 'w' or 'u' << 8 | 'i' => VmaFlags.UserFault,
            's' << 8 | 's' => VmaFlags.ShadowStack,
            's' << 8 | 'l' => VmaFlags.Sealed,
            'a' << 8 | 'c' => VmaFlags.Accounted,
            'm' << 8 | 'w' => VmaFlags.MayWrite,
            'l' << 8 | 'f' => VmaFlags.LockOnFault,
            'd' << 8 | 'p' => VmaFlags.Droppable,
            's' << 8 | 'f' => VmaFlags.Synchronous,
            'd' << 8 | 'e' => VmaFlags.DontExpand,
            'm' << 8 | 'm' => VmaFlags.MixedMap,
            'a' << 8 | 'r' => VmaFlags.Architecture,
            _ => IsOrdinary(name) ? VmaFlags.None : null,
        };
    }

    private static bool IsOrdinary(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < Ordinary.Length; i += 3)
        {
            if (Ordinary[i] == name[0] && Ordinary[i + 1] == name[1])
            {
                return true;
            }
        }

        return false;
    }
}
