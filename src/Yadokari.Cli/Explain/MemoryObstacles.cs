namespace Yadokari.Cli.Explain;

internal static class MemoryObstacles
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("sysv-shm", "System V shared memory is used by processes outside the job too, or was made by one: it would be torn apart.", "End the others first (ipcs -p tells them), or let the program make a segment of its own."),
        new("sysv-sem", "A set of System V semaphores is used by processes outside the job too, or is older than the job.", "End the others first, or let the program make a set of its own."),
        new("sysv-msg", "A System V message queue is used by processes outside the job too, or is older than the job, or holds more than 128 KiB.", "End the others first, or let the program make a queue of its own."),
        new("sysv-undo", "What is undone to System V semaphores at the end of a process (SEM_UNDO) is in common with another process (CLONE_SYSVSEM), or is a single thread's own, or can't be told, as where a process may not use a set any more.", "Let the program make its threads and processes as usual, and use its semaphores by their own user."),
        new("hugetlb", "It has reserved huge pages, mapped or as a memory file. The target may have none.", "Use transparent huge pages (madvise): those are carried."),
        new("userfaultfd", "A part of its memory is served by a userfaultfd, or it holds such a descriptor.", "Wait until the program has closed it (some languages' collectors use one for a moment), or switch that off."),
        new("shadow-stack", "It has a hardware shadow stack, which can't be written from outside.", "Start it with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off."),
        new("sealed-memory", "Memory is sealed by mseal(2): it can't be put where it was.", "Start the program without that hardening."),
        new("device-memory", "Memory of a device (graphics, network cards) is mapped. It is not memory of the program.", "Let the program close the device first; programs that use a GPU stay where they are."),
        new("dax", "Storage is mapped as memory (MAP_SYNC): what it writes must reach this very storage.", "Let the program use ordinary mappings."),
        new("protection-key", "Memory has a protection key (pkey_mprotect(2)).", "Switch that off in the program (V8: --no-memory-protection-keys)."),
        new("address-space", "It leaves no 2 GiB of addresses free for the code that rebuilds it.", "Let it map less, or not at fixed addresses all over."),
        new("unknown-memory", "Memory has a property (VmFlags in /proc/PID/smaps) that this version does not know. It is refused rather than lost.", "Use a newer version of yado, or tell its makers."),
        new("aio", "A context of io_setup(2) can't be carried: requests are under way all the time, or can't be told from outside (O_DIRECT on a file system that is not on one disk); or it waits for descriptors by it; or it is another process's; or the target has so many processors that it makes larger ones.", "Try again when its disk is quiet, or let the program use ordinary or threaded input and output (databases have an option)."),
        new("secret-memory", "It has memory of memfd_secret(2), which nobody else may read.", "Start the program without it."),
        new("unmapped-memory", "A part of its shared memory holds something and is mapped nowhere at this moment (remap_file_pages): only root may read it.", "Ask as root, or again in a moment."),
        new("shared-memory", "Memory without a name is shared with a process outside the job, which would stay behind. Or one that may share it can't be looked into.", "End the other process first."),
        new("kernel-buffer", "Memory is shared with the kernel: io_uring, perf, rings for packets.", "Run the program without it (an option in most programs that use io_uring)."),
    ];
}
