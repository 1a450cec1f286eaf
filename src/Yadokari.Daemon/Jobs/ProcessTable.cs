using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Daemon.Jobs;

/// <summary>The real processes of this host.</summary>
public sealed class ProcessTable : IProcessTable, IDisposable
{
    private const double TicksPerSecond = 100;
    private const ulong SigKillBit = 1UL << (9 - 1);

    private readonly string _bootId = ProcMisc.BootId();
    private readonly ProcessExits _exits = new();

    public ProcessIdentity? Identify(int pid) =>
        ProcStat.Read(pid) is { HasEnded: false } stat ? new ProcessIdentity(pid, stat.StartTicks, _bootId) : null;

    public bool IsAlive(ProcessIdentity process)
    {
        if (Identify(process.Pid) != process)
        {
            return false;
        }
        return ProcStatus.Read(process.Pid) is { } status && ((status.SharedPending | status.ThreadPending) & SigKillBit) == 0;
    }

    public bool Signal(ProcessIdentity process, int signal)
    {
        if (process.Pid <= 0)
        {
            // A program that had ended before anyone could look at it has no number.
            return false;
        }
        using SafeFileHandle? handle = PidFd.Open(process.Pid);
        // The descriptor is taken first: what it refers to cannot change any more while the identity is compared.
        return handle is not null && Identify(process.Pid) == process && PidFd.SendSignal(handle, signal);
    }

    public bool SignalGroup(ProcessIdentity process, int signal)
    {
        if (process.Pid <= 0 || Identify(process.Pid) != process)
        {
            return false;
        }
        return ProcStat.Read(process.Pid)?.ProcessGroup == process.Pid ? Signals.Send(-process.Pid, signal) : Signal(process, signal);
    }

    public IReadOnlyList<string> DescriptorTargets(int pid)
    {
        try
        {
            return [.. new DirectoryInfo($"{ProcTasks.Directory(pid)}/fd").EnumerateFiles().Select(d => d.LinkTarget).OfType<string>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours to look into: the capture says so.
            return [];
        }
    }

    public long ResidentBytes(int pid) => ResidentBytes(Tree(pid));

    public long CarriedBytes(int pid) => Tree(pid).Sum(CarriedBytesOf);

    private static long ResidentBytes(HashSet<int> tree) => tree.Sum(static one => ProcStatus.Read(ProcTasks.Witness(one))?.ResidentBytes ?? 0);

    /// <summary>It and all that descends from it.</summary>
    private static HashSet<int> Tree(int pid)
    {
        // A pid that is used again while it is looked at could lead in a circle.
        HashSet<int> found = [];
        Queue<int> left = new([pid]);
        while (left.TryDequeue(out int next))
        {
            if (found.Add(next))
            {
                Children(next).ForEach(left.Enqueue);
            }
        }

        return found;
    }

    private static List<int> Children(int pid)
    {
        try
        {
            return [.. ProcTasks.Children(pid) ?? []];
        }
        catch (SystemCallException)
        {
            // It is on its way out.
            return [];
        }
    }

    private static long CarriedBytesOf(int pid)
    {
        string directory = $"{ProcTasks.Directory(pid)}/fd";
        try
        {
            // The links lead to files that have no name any more all the same (proc(5)).
            return Directory.EnumerateFiles(directory).Select(d => FileStatus.AtPath(d)).OfType<FileStatus>()
                .Where(f => f is { IsRegular: true, Links: 0 }).DistinctBy(f => (f.Device, f.Inode)).Sum(f => f.AllocatedBytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours to look into: the capture says so.
            return 0;
        }
    }

    public (long ResidentBytes, double CpuSeconds) Use(int pid)
    {
        HashSet<int> tree = Tree(pid);
        return (ResidentBytes(tree), tree.Sum(static one => ProcStat.Read(one) is { } stat ? stat.UserTicks + stat.SystemTicks + stat.ReapedTicks : 0.0) / TicksPerSecond);
    }

    public async Task<int?> WaitStatusAsync(ProcessIdentity process, CancellationToken cancellation)
    {
        if (process.Pid <= 0)
        {
            return null;
        }
        using SafeFileHandle? handle = PidFd.Open(process.Pid);
        if (handle is null || Identify(process.Pid) != process)
        {
            return null;
        }
        await _exits.WaitAsync(process.Pid, cancellation).ConfigureAwait(false);
        // A zombie tells by /proc, one that was reaped by its descriptor (Linux 6.15); in between it does neither.
        for (int look = 0; look < 20; look++)
        {
            if ((PidFd.ExitStatus(handle) ?? ProcStat.ReadExit(process.Pid, process.StartTicks)) is { } status)
            {
                return status;
            }
            await Task.Delay(5, cancellation).ConfigureAwait(false);
        }
        return null;
    }

    public Task WaitGoneAsync(ProcessIdentity process, CancellationToken cancellation) =>
        Identify(process.Pid) == process ? _exits.WaitAsync(process.Pid, cancellation) : Task.CompletedTask;

    public void Dispose() => _exits.Dispose();
}
