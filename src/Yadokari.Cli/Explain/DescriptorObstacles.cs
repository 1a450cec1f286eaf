namespace Yadokari.Cli.Explain;

internal static class DescriptorObstacles
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("pipe-to-outside", "The other end of a pipe is in another process, or another process holds this end as well. It would stay behind.", "Start the whole as one job, or use files. On the standard streams it is none: the pipe becomes that of whoever resumes it."),
        new("terminal-stream", "A standard stream is a terminal that is not the job's own (--no-tty, an adopted process), or the job is to be saved for this host, where nobody's terminal is.", "Start the job by yado run in a terminal, or with --detach --tty: it has one of its own then, which moves with it. To save it, use yado checkpoint."),
        new("stream-to-outside", "In the same cases: a standard stream leads to a process that is not the job's yado run, or that has ended.", "Start the job with 'yado run', which passes its streams on, or give it files."),
        new("socket-stream", "A stream that 'yado run' was given is a socket.", "Give it a pipe: … | yado run -- PROGRAM | cat."),
        new("two-way-stream", "A stream that 'yado run' was given is open in the wrong direction, or in both.", "Open it for reading as stream 0 (<file), for writing as 1 or 2 (>file)."),
        new("fifo", "It has a named pipe open that a process outside the job has open as well, or that may not be read. (Others are carried.)", "Close it first, or use a file. On the standard streams it is none."),
        new("device", "It has a device of this host open (other than null, zero, full, random, urandom and terminals).", "Let the program close it first."),
        new("shared-descriptor", "A process outside the job holds the same open socket, timer, event or file: one that started it, or that it has started. Their state is one, and would be two.", "Close it in the other process: start the program with descriptors closed (yado run does)."),
        new("file-of-another-process", "It has a file of a process outside the job in /proc open, of a thread of another process, or of one that several processes of the job hold together; or such a working directory.", "Close it; its own files in /proc, and those of other processes of the job, are carried."),
        new("long-path", "A path is longer than the kernel tells (4096 bytes).", "Use a shorter one."),
        new("terminal", "It has a terminal whose master is outside the job, and that is neither the controlling one nor a standard stream.", "Close it, or start the program from that terminal."),
        new("terminal-state", "A pseudoterminal of the job is in a state that the kernel does not tell, or that can't be made anew: its output is stopped (Ctrl-S), its other side was never opened, much waits in it, a program edits its lines itself (EXTPROC) or another line discipline does, it writes tabs as blanks in a line of thousands of columns, news of packet mode is unread, or only root may open it (TIOCEXCL).", "Most pass by themselves: let its program read what waits (Ctrl-Q lets stopped output go on), and try again."),
        new("descriptor-limit", "It has nearly as many descriptors open as it may ever have, or more than yado may hold: some above its own are needed to look at it and to rebuild it.", "Raise the hard limit (ulimit -Hn, LimitNOFILE=) before it is started, and for yado."),
        new("message-queue", "It has a POSIX message queue open that is to tell of its next message (mq_notify), holds more than can be looked at, is another user's, or can't be reached.", "Receive what waits in it, or close it."),
        new("epoll-stale-target", "An epoll watches a file that no process of the job has any more, while the file lives on elsewhere.", "Remove it from the epoll before closing it (a mistake in most programs)."),
        new("inotify-watch", "An inotify has unread events, or watches a file that was not found (the kernel tells its inode only) or that the job's user may not read.", "Ask again when the events are read; start the program in the directory that it watches, checkpoint it as root, or let it stop watching (tail -f: --disable-inotify; .NET: DOTNET_USE_POLLING_FILE_WATCHER=1)."),
        new("io-uring", "It has an io_uring, whose requests only this kernel knows.", "Run the program without it (Node: UV_USE_IO_URING=0)."),
        new("fanotify", "It watches file systems of this host.", "Close it first."),
        new("perf-event", "It counts events of this host's processor.", "Close it first."),
        new("bpf", "It has a program or map in the kernel.", "Close it first."),
        new("pidfd", "It has a descriptor that stands for a process outside the job, or for a thread.", "Close it first, or take the other process into the job."),
        new("removed-directory", "A directory it has open, or its working directory, is removed, and can't be made again where it was: the directory above is gone too, was renamed, or may not be written by the job's user.", "Let it change to a directory that exists."),
        new("removed-file", "A file that it has opened with O_PATH is removed, or a device.", "Close it."),
        new("unreachable-file", "A file lives on by another name than it was opened by, which was not found, or its path does not lead to it here.", "Give it back its name (ln), or open it by the one that it has."),
        new("unreadable-removed-file", "A removed file may not be read, so its content can't travel.", "Open it for reading and writing, or keep its name."),
        new("file-lease", "It has a lease on a file that is just being broken, or a delegation. (Other leases are carried.)", "Give the lease up first."),
        new("file-lock", "It has a lock on something that has no path, or on a file that travels.", "Unlock it first."),
        new("descriptor-owner", "The signals of a descriptor go to a process or group outside the job, or to one thread (F_SETOWN, F_OWNER_TID).", "Set the owner to the process itself, or to none."),
        new("unknown-descriptor", "Something is open that this version does not know. It is refused rather than lost.", "Close it; tell yado's makers what it is (ls -l /proc/PID/fd)."),
    ];
}
