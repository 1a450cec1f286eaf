namespace Yadokari.Linux.Proc;

/// <summary>The two-letter VmFlags of proc_pid_smaps(5) that matter to a capture; what <see cref="VmaFlagNames"/> does not know at all is
/// kept in <see cref="Vma.UnknownFlags"/>.</summary>
[Flags]
public enum VmaFlags
{
    None = 0,

    /// <summary>gd: stack-like, grows down (MAP_GROWSDOWN).</summary>
    GrowsDown = 1 << 0,

    /// <summary>lo: locked in memory (mlock).</summary>
    Locked = 1 << 1,

    /// <summary>sr: MADV_SEQUENTIAL.</summary>
    SequentialRead = 1 << 2,

    /// <summary>rr: MADV_RANDOM.</summary>
    RandomRead = 1 << 3,

    /// <summary>dc: MADV_DONTFORK.</summary>
    DontFork = 1 << 4,

    /// <summary>nr: MAP_NORESERVE.</summary>
    NoReserve = 1 << 5,

    /// <summary>dd: MADV_DONTDUMP.</summary>
    DontDump = 1 << 6,

    /// <summary>hg: MADV_HUGEPAGE.</summary>
    HugePage = 1 << 7,

    /// <summary>nh: MADV_NOHUGEPAGE.</summary>
    NoHugePage = 1 << 8,

    /// <summary>mg: MADV_MERGEABLE.</summary>
    Mergeable = 1 << 9,

    /// <summary>wf: MADV_WIPEONFORK.</summary>
    WipeOnFork = 1 << 10,

    /// <summary>ht: hugetlb pages.</summary>
    HugeTlb = 1 << 11,

    /// <summary>io: memory mapped device.</summary>
    Io = 1 << 12,

    /// <summary>pf: pure page-frame-number mapping (a device's memory; also vvar).</summary>
    PageFrames = 1 << 13,

    /// <summary>um or uw or ui: registered with a userfaultfd.</summary>
    UserFault = 1 << 14,

    /// <summary>ss: shadow stack.</summary>
    ShadowStack = 1 << 15,

    /// <summary>sl: sealed (mseal(2)).</summary>
    Sealed = 1 << 16,

    /// <summary>ac: accounted for overcommit.</summary>
    Accounted = 1 << 17,

    /// <summary>mw: may be written (VM_MAYWRITE): a shared mapping of a file opened for writing.</summary>
    MayWrite = 1 << 18,

    /// <summary>lf: locked as it is touched (MLOCK_ONFAULT).</summary>
    LockOnFault = 1 << 19,

    /// <summary>dp: the kernel may drop its pages (MAP_DROPPABLE, kernel 6.11).</summary>
    Droppable = 1 << 20,

    /// <summary>sf: a fault is synchronous, on memory that is a file's storage itself (MAP_SYNC).</summary>
    Synchronous = 1 << 21,

    /// <summary>de: may not grow by mremap(2); drivers and huge pages.</summary>
    DontExpand = 1 << 22,

    /// <summary>mm: pages and page frames mixed; drivers.</summary>
    MixedMap = 1 << 23,

    /// <summary>ar: of the architecture; on x86 memory of a device whose caching is tracked (VM_PAT).</summary>
    Architecture = 1 << 24,
}
