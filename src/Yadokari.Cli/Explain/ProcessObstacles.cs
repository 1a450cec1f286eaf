namespace Yadokari.Cli.Explain;

internal static class ProcessObstacles
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("child-process", "The process has started another one. Trees of processes are not carried yet.", "Wait until the child has ended, or start the program so that it does its work itself (a shell script: with exec)."),
        new("main-thread-ended", "Its main thread has ended while other threads run on. The kernel then tells little of the process, and a new one can't be made that way.", "Let the main thread wait for the others (pthread_join)."),
        new("seccomp", "A filter restricts its system calls. It lives in the kernel, and would also forbid the calls by which the process is read.", "Start the program without its sandbox (an option of browsers, of systemd's SystemCallFilter, of containers)."),
        new("write-or-execute", "It may have no memory that is writable and executable at once: PR_SET_MDWE, or a security module. The code that rebuilds it needs such memory for a moment.", "Start it without MemoryDenyWriteExecute= (systemd) or the module's rule."),
        new("thread-apart", "A thread has descriptors or a working directory of its own (unshare), which the other threads don't share.", "Use one set of descriptors for all threads."),
        new("system-call-dispatch", "Its system calls are handed to a handler of its own (PR_SET_SYSCALL_USER_DISPATCH, as Wine does).", "Nothing yet: such programs stay where they are."),
        new("segments", "It has made segments by modify_ldt(2), as 16-bit code and old versions of Wine do.", "Nothing yet: such programs stay where they are."),
        new("32-bit", "It is a 32-bit program, or has a thread that runs 32-bit code.", "Use the 64-bit build of the program."),
        new("deadline-scheduling", "A thread has the class SCHED_DEADLINE, whose reservation is this host's.", "Give it another class first: chrt --other -p 0 TID."),
        new("uninterruptible", "A thread is inside the kernel and does not come out (state D): a file system or a device that does not answer, or a vfork.", "Ask again when the file system answers."),
        new("held", "The program knows that it can be moved and holds itself in place (pms_hold) for longer than was waited.", "Ask again, or wait longer: --hold-timeout SECONDS."),
        new("chroot", "Its root directory is not that of the host, so its paths would mean other files.", "Start it without chroot."),
    ];
}
