using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Asks the kernel whether two descriptors are one open file description (kcmp(2)).</summary>
public static unsafe class Kcmp
{
    private const int File = 0;
    private const int AddressSpace = 1;
    private const int DescriptorTable = 2;
    private const int FileSystemFacts = 3;
    private const int SemaphoreUndo = 6;
    private const int EpollTarget = 7;

    private static readonly (int Kind, string Name)[] Common = [(AddressSpace, "memory"), (DescriptorTable, TableName), (FileSystemFacts, DirectoryName)];

    /// <summary>How <see cref="FindAllCommon"/> calls all open descriptors together.</summary>
    public const string TableName = "descriptor table";

    /// <summary>How <see cref="FindAllCommon"/> calls working directory, root and umask.</summary>
    public const string DirectoryName = "working directory";

    /// <summary>A total order of open file descriptions: 0 the same, negative or positive for sorting.</summary>
    /// <returns>Null when a process or a descriptor is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted (as for ptrace), or a kernel without kcmp.</exception>
    public static int? CompareFiles(int leftPid, int leftDescriptor, int rightPid, int rightDescriptor)
    {
        long result = LinuxCall.Invoke(SystemCall.Kcmp, leftPid, rightPid, File, leftDescriptor, rightDescriptor);
        return result switch
        {
            0 => 0,
            1 => -1,
            2 => 1,
            -Errno.ESRCH or -Errno.EBADF => null,
            > 0 => throw new SystemCallException("kcmp", Errno.EINVAL, "not ordered"),
            _ => throw new SystemCallException("kcmp", (int)-result),
        };
    }

    /// <summary>Whether a thread has its process' descriptors; false after unshare(CLONE_FILES). True also when it is gone.</summary>
    public static bool SharesDescriptors(int pid, int tid) => LinuxCall.Invoke(SystemCall.Kcmp, pid, tid, DescriptorTable) is not (1 or 2);

    /// <summary>Whether a thread has its process' working directory, root and umask; false after unshare(CLONE_FS). True also when it is gone.</summary>
    public static bool SharesDirectory(int pid, int tid) => LinuxCall.Invoke(SystemCall.Kcmp, pid, tid, FileSystemFacts) is not (1 or 2);

    /// <summary>Whether two processes have, for certain, one descriptor table (CLONE_FILES).</summary>
    public static bool HaveOneTable(int pid, int other) => LinuxCall.Invoke(SystemCall.Kcmp, pid, other, DescriptorTable) == 0;

    /// <summary>Whether two processes have, for certain, one working directory, root and umask (CLONE_FS).</summary>
    public static bool HaveOneDirectory(int pid, int other) => LinuxCall.Invoke(SystemCall.Kcmp, pid, other, FileSystemFacts) == 0;

    /// <summary>Which processes have their memory, descriptor table or directory in common for certain. A call takes microseconds, and
    /// hundreds of processes are tens of thousands of pairs: they are sorted by the kernel's order.</summary>
    /// <param name="pids">Stand still; else one that becomes another program meanwhile may be missed.</param>
    /// <returns>Two processes or more each time, in the order that they were given in.</returns>
    public static IEnumerable<(string What, IReadOnlyList<int> Pids)> FindAllCommon(IReadOnlyList<int> pids)
    {
        foreach ((int kind, string name) in Common)
        {
            List<List<int>> sorted = [];
            foreach (int pid in pids)
            {
                Sort(sorted, pid, kind);
            }

            foreach (List<int> same in sorted.Where(same => same.Count > 1))
            {
                yield return (name, same);
            }
        }
    }

    private static void Sort(List<List<int>> sorted, int pid, int kind)
    {
        int from = 0, to = sorted.Count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            switch (LinuxCall.Invoke(SystemCall.Kcmp, pid, sorted[middle][0], kind))
            {
                case 0:
                    sorted[middle].Add(pid);
                    return;
                case 1:
                    to = middle;
                    break;
                case 2:
                    from = middle + 1;
                    break;
                default:
                    if (LinuxCall.Invoke(SystemCall.Kcmp, pid, pid, kind) != 0)
                    {
                        // It is gone, or may not be asked: nothing is certain of it.
                        return;
                    }

                    sorted.RemoveAt(middle);
                    (from, to) = (0, sorted.Count);
                    break;
            }
        }

        sorted.Insert(from, [pid]);
    }

    /// <summary>Whether two threads have, for certain, the same list of what is undone to semaphores at their end (SEM_UNDO): of
    /// processes that are no relatives by CLONE_SYSVSEM, none at all.</summary>
    public static bool SharesUndo(int tid, int other) => LinuxCall.Invoke(SystemCall.Kcmp, tid, other, SemaphoreUndo) == 0;

    /// <summary>Whether a descriptor is, for certain, not the file that an epoll watches under the descriptor's number: the
    /// watched one was closed there, and lives on by another number.</summary>
    /// <param name="pid">The process of both.</param>
    /// <param name="epoll">Number of the epoll.</param>
    /// <param name="number">Number of the descriptor.</param>
    /// <param name="earlier">How many targets with this number the kernel has told before this one.</param>
    public static bool IsOtherThanWatched(int pid, int epoll, int number, int earlier)
    {
        // struct kcmp_epoll_slot: u32 efd, tfd, toff.
        int* slot = stackalloc int[3] { epoll, number, earlier };
        return LinuxCall.Invoke(SystemCall.Kcmp, pid, pid, EpollTarget, number, (nint)slot) is 1 or 2;
    }

    /// <summary>Whether a descriptor is the file that an epoll watches under another number.</summary>
    /// <param name="candidate">Number of the descriptor.</param>
    /// <inheritdoc cref="IsOtherThanWatched"/>
    public static bool IsWatched(int pid, int epoll, int number, int earlier, int candidate)
    {
        int* slot = stackalloc int[3] { epoll, number, earlier };
        return LinuxCall.Invoke(SystemCall.Kcmp, pid, pid, EpollTarget, candidate, (nint)slot) == 0;
    }

    /// <summary>The same order for a descriptor of the caller and one of another process.</summary>
    /// <returns>Null when that is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted (as for ptrace).</exception>
    public static int? CompareFiles(SafeFileHandle left, int rightPid, int rightDescriptor)
    {
        int? order = CompareFiles(Environment.ProcessId, (int)left.DangerousGetHandle(), rightPid, rightDescriptor);
        GC.KeepAlive(left);
        return order;
    }

    /// <summary>The same order for two descriptors of the caller.</summary>
    /// <exception cref="SystemCallException">Not permitted, or a kernel without kcmp.</exception>
    public static int CompareFiles(SafeFileHandle left, SafeFileHandle right)
    {
        int self = Environment.ProcessId;
        int? order = CompareFiles(self, (int)left.DangerousGetHandle(), self, (int)right.DangerousGetHandle());
        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return order ?? throw new SystemCallException("kcmp", Errno.EBADF);
    }
}
