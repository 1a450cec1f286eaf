using Yadokari.Linux.Proc;

namespace Yadokari.Daemon.Load;

/// <summary>
/// Every process that this host's /proc shows, at one moment. The kernel's own counts (/proc/loadavg, /proc/stat) are those
/// of the whole machine; in a container or a lab host only what is seen here belongs to the host.
/// </summary>
/// <param name="Runnable">Threads that run or wait for a processor, by process; those without any are left out.</param>
/// <param name="CpuTicks">Processor time used so far by process, clock ticks of 1/100 s.</param>
/// <param name="Parents">Parent by process.</param>
public sealed record ProcessScan(
    IReadOnlyDictionary<int, int> Runnable, IReadOnlyDictionary<int, ulong> CpuTicks, IReadOnlyDictionary<int, int> Parents)
{
    /// <summary>Reads /proc. The calling process is left out: it always runs while it looks.</summary>
    /// <param name="before">Of a moment ago: what has used no time since has no thread that runs, and its threads are not looked at.</param>
    public static ProcessScan Take(ProcessScan? before)
    {
        Dictionary<int, int> runnable = [];
        Dictionary<int, ulong> ticks = [];
        Dictionary<int, int> parents = [];
        foreach (int pid in ProcTasks.Everybody())
        {
            if (pid == Environment.ProcessId || ProcStat.Read(pid) is not { } stat)
            {
                continue;
            }
            parents[pid] = stat.PPid;
            ticks[pid] = stat.UserTicks + stat.SystemTicks;
            bool rests = stat.State != 'R' && before is not null && before.CpuTicks.TryGetValue(pid, out ulong last) && last == ticks[pid];
            int count = stat.Threads <= 1 ? (stat.State == 'R' ? 1 : 0) : rests ? 0 : CountThreads(pid);
            if (count > 0)
            {
                runnable[pid] = count;
            }
        }
        return new ProcessScan(runnable, ticks, parents);
    }

    /// <summary>Processes below each of the given ones (they themselves included): each process belongs to the nearest.</summary>
    public IReadOnlyDictionary<int, int> OwnersAmong(IReadOnlySet<int> tops)
    {
        Dictionary<int, int> owners = [];
        foreach (int pid in Parents.Keys)
        {
            int at = pid;
            // A scan is not one moment: parents may form a loop through a pid used again.
            for (int depth = 0; depth < 64 && at > 1 && !tops.Contains(at); depth++)
            {
                at = Parents.GetValueOrDefault(at);
            }
            if (tops.Contains(at))
            {
                owners[pid] = at;
            }
        }
        return owners;
    }

    private static int CountThreads(int pid)
    {
        int count = 0;
        foreach (int tid in ProcTasks.Threads(pid) ?? [])
        {
            if (ProcStat.ReadThread(pid, tid) is { State: 'R' })
            {
                count++;
            }
        }
        return count;
    }
}
