namespace Yadokari.Cli.Explain;

internal static class ProcessObstacles
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("child-process", "The yado that shall save the job is one of its own processes, and would be saved with it.", "Ask from outside: from another terminal, or let the daemon do it (yado checkpoint JOB)."),
        new("shared-by-clone", "A child has another process's memory, or the descriptor table or working directory of one that is not its parent (clone; vfork before its exec).", "Ask again in a moment; a program that stays so stays where it is."),
        new("stopped-process", "A child was stopped by a signal other than SIGSTOP, as Ctrl-Z sends it, and its parent has not waited for it yet.", "Ask again in a moment, or let it go on: kill -CONT PID."),
        new("session", "A child is in a session whose leader does not descend from its parent, or in one of outside.", "Ask again when that child has ended."),
        new("process-group", "A child is in a group whose first process has left it, or which is not the job's.", "Ask again when that child has ended."),
        new("job-control", "A child leads a group of its own on a terminal that is not of the job (its master is outside), as in an interactive shell; or a terminal of the job is controlled by a process outside. (Shells on terminals of the job, as in script, expect or tmux, are carried, and in a move those on the terminal that 'yado run' gave the job.)", "Run the programs by a script without job control (set +m), or the shell inside script(1) or tmux."),
        new("orphan-process", "A process has lost its parent and was taken over by the job's init, and it is stopped.", "Continue it, or ask again when it has ended."),
        new("namespace-apart", "A child is in another namespace than its job.", "Start it without a namespace of its own (a sandbox, a container)."),
        new("namespace", "It is in a network, user or mount namespace that is neither yado's nor made by a resume (a container, unshare, ip netns), and would come back in that of whoever resumes; or its next children will be in another pid or time namespace.", "Ask from inside: nsenter --target PID --all yado checkpoint … (a container has its own tools as well)."),
        new("exit-signal", "A child that was made by clone tells its end by another signal than SIGCHLD and is in a session that it does not lead and that is not its parent's, or it has told its end by SIGSTOP and was not waited for.", "Ask again when its parent has waited for it."),
        new("parent-death-signal", "A child gets a signal when a thread of its parent ends that is not the main one.", "Let the main thread start it, or without PR_SET_PDEATHSIG."),
        new("dumped-core", "A child has ended with a core file and was not waited for.", "Ask again when its parent has waited for it."),
        new("traced-child", "A child is being debugged: it has a tracer already.", "End the debugger."),
        new("child-of-another-user", "A child may not be looked into: it is another user's, or was made unreadable.", "Ask as root, or without that child."),
        new("too-many-processes", "The job has more than 256 processes.", "Let it work with fewer at once."),
        new("pms-child", "A child is a program that knows it moves (pms): only the main process of a job is asked and told.", "Start that program as a job of its own, or ask again when it has ended."),
        new("main-thread-ended", "Its main thread has ended while other threads run on, and it is a child that is stopped, or this kernel (before 6.9) gives out no descriptors of such a process. Else it is carried.", "Let it go on (SIGCONT), or let the main thread wait for the others (pthread_join)."),
        new("seccomp", "A filter restricts its system calls, and the kernel tells it to root only, or it forbids calls by which the process is saved and resumed (strict mode, lists of the allowed), or asks another process. Lists of the forbidden are carried where root asks.", "Ask as root, or start the program without its sandbox (an option of browsers, of systemd's SystemCallFilter, of containers)."),
        new("write-or-execute", "It may have no memory that is writable and executable at once: PR_SET_MDWE, or a security module. The code that rebuilds it needs such memory for a moment.", "Start it without MemoryDenyWriteExecute= (systemd) or the module's rule."),
        new("thread-apart", "A thread has descriptors or a working directory of its own (unshare), which the other threads don't share.", "Use one set of descriptors for all threads."),
        new("system-call-dispatch", "Its system calls are handed to a handler of its own (PR_SET_SYSCALL_USER_DISPATCH, as Wine does).", "Nothing yet: such programs stay where they are."),
        new("segments", "It has made segments by modify_ldt(2), as 16-bit code and old versions of Wine do.", "Nothing yet: such programs stay where they are."),
        new("keyring", "It keeps keys in a keyring of a process or a thread (keyctl), and knows them by numbers that another kernel would not give them.", "Keep keys in files, or let the program give the keyring up."),
        new("32-bit", "It is a 32-bit program, or has a thread that runs 32-bit code.", "Use the 64-bit build of the program."),
        new("deadline-scheduling", "A thread has the class SCHED_DEADLINE, whose reservation is this host's.", "Give it another class first: chrt --other -p 0 TID."),
        new("uninterruptible", "A thread is inside the kernel and does not come out (state D): a file system or a device that does not answer, or a vfork.", "Ask again when the file system answers."),
        new("held", "The program knows that it can be moved and holds itself in place (pms_hold) for longer than was waited.", "Ask again, or wait longer: --hold-timeout SECONDS."),
        new("resuming", "It is just being rebuilt from a context file, and does not run yet. It was waited for, for some seconds.", "Ask again when it runs."),
        new("chroot", "Its root directory is not that of the host, so its paths would mean other files.", "Start it without chroot."),
    ];
}
