namespace Yadokari.Linux.Abi;

/// <summary>Protection, flags and advice of memory (asm-generic/mman-common.h, linux/mman.h). Named as there.</summary>
public static class Mman
{
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int PROT_EXEC = 4;

    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_DROPPABLE = 8; // Linux 6.11
    public const int MAP_ANONYMOUS = 0x20;
    public const int MAP_GROWSDOWN = 0x100;
    public const int MAP_NORESERVE = 0x4000;
    public const int MAP_FIXED_NOREPLACE = 0x100000;

    public const int MREMAP_MAYMOVE = 1;
    public const int MREMAP_FIXED = 2;

    public const int MADV_DONTNEED = 4;
    public const int MADV_HUGEPAGE = 14;
    public const int MADV_DODUMP = 17;
    public const int MADV_POPULATE_WRITE = 23; // Linux 5.14
    public const int MADV_COLLAPSE = 25; // Linux 6.1
    public const int MADV_GUARD_INSTALL = 102; // Linux 6.13

    public const int MFD_CLOEXEC = 1;
    public const int MFD_ALLOW_SEALING = 2;

    public const int MLOCK_ONFAULT = 1;
}
