using System.Collections.Concurrent;
using System.Globalization;

namespace Yadokari.Linux.Proc;

/// <summary>The threads and children of a process.</summary>
public static class ProcTasks
{
    /// <summary>Witnesses of processes that stand still.</summary>
    private static readonly ConcurrentDictionary<int, int> Standing = [];

    /// <summary>The pids of all processes that /proc shows, those that end meanwhile among them.</summary>
    public static IEnumerable<int> Everybody()
    {
        foreach (string directory in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(directory.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>The tids of a process, the main thread first, then in order of their creation.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<int>? Threads(int pid) => ProcFile.ListOfItself(pid, "task"u8);

    /// <summary>The thread by which a process is looked at: its main one, whose number it has; when that has ended while others run, one of
    /// those. Of a thread that has ended the kernel tells neither memory nor descriptors nor namespaces; /proc/TID, which is not listed,
    /// tells of any thread's process.</summary>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static int Witness(int pid)
    {
        if (Standing.TryGetValue(pid, out int known))
        {
            return known;
        }

        if (ProcStat.Read(pid) is { MainThreadEnded: true })
        {
            foreach (int tid in Threads(pid) ?? [])
            {
                if (tid != pid && ProcStat.ReadThread(pid, tid) is { State: not ('Z' or 'X') })
                {
                    return tid;
                }
            }
        }

        return pid;
    }

    /// <summary>A process stands still, and so its witness stays: it need not be looked for at each question, of which a capture asks
    /// some forty. To be taken back by <see cref="RunsAgain"/> before any of its threads goes on.</summary>
    public static void StandsStill(int pid, int witness) => Standing[pid] = witness;

    /// <summary>It goes on, or ends.</summary>
    public static void RunsAgain(int pid) => Standing.TryRemove(pid, out _);

    /// <summary>Where /proc tells of a process: /proc/PID, or that of its <see cref="Witness"/>.</summary>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static string Directory(int pid) => $"/proc/{Witness(pid)}";

    /// <summary>The children of all threads of a process, also those that are zombies. May miss some of a process
    /// that runs (proc_tid_children(5)); complete when it is stopped.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<int>? Children(int pid)
    {
        IReadOnlyList<int>? threads = Threads(pid);
        if (threads is null)
        {
            return null;
        }

        List<int> children = [];
        foreach (int tid in threads)
        {
            AddChildren(pid, tid, children);
        }

        return children;
    }

    /// <summary>The children that one thread has made, and those that it took over from others that have ended.</summary>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<int> ChildrenOfThread(int pid, int tid)
    {
        List<int> children = [];
        AddChildren(pid, tid, children);
        return children;
    }

    private static void AddChildren(int pid, int tid, List<int> children)
    {
        using ProcFile? file = ProcFile.ReadThread(pid, tid, "children"u8);
        if (file is null)
        {
            return;
        }

        ByteCursor cursor = new(file.Bytes);
        while (cursor.TryReadDecimal(out long child))
        {
            children.Add((int)child);
        }
    }
}
