using Yadokari.Engine.Freeze;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Who descends from a process, and the orphans of its job, seen from outside while all may run.</summary>
internal static class ProcessTree
{
    /// <summary>The process itself first, each other one behind its parent.</summary>
    /// <param name="ended">Gets those that wait to be reaped.</param>
    public static IReadOnlyList<int> Read(int pid, List<int> ended)
    {
        List<int> living = [pid];
        HashSet<int> seen = [pid];
        foreach (int orphan in JobInit.Orphans(pid))
        {
            seen.Add(orphan);
            living.Add(orphan);
        }

        for (int i = 0; i < living.Count; i++)
        {
            foreach (int child in ProcTasks.Children(living[i]) ?? [])
            {
                if (seen.Add(child) && ProcStat.Read(child) is { } stat)
                {
                    (stat.HasEnded ? ended : living).Add(child);
                }
            }
        }

        return living;
    }
}
