using System.Globalization;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>The processes of a job as /proc shows them at one moment.</summary>
public static class TreeScan
{
    /// <summary>Of clock ticks, proc(5).</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Its main process first, each before its children; none when it does not run here.</summary>
    public static IReadOnlyList<JobProcess> Below(JobRecord job)
    {
        List<JobProcess> found = [];
        if (job.IsHere)
        {
            Add(job.Main.Pid, found);
        }
        return found;
    }

    private static void Add(int pid, List<JobProcess> found)
    {
        try
        {
            // A pid that is used again while it is looked at could lead in a circle.
            if (found.Exists(p => p.Pid == pid) || ProcStat.Read(pid) is not { } stat)
            {
                return;
            }
            found.Add(new JobProcess(
                pid, stat.PPid, stat.Name, stat.State.ToString(), stat.Threads, ResidentBytes(pid), (stat.UserTicks + stat.SystemTicks) / TicksPerSecond));
            foreach (int tid in ProcTasks.Threads(pid) ?? [])
            {
                foreach (string child in Read($"/proc/{pid}/task/{tid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Add(int.Parse(child, CultureInfo.InvariantCulture), found);
                }
            }
        }
        catch (SystemCallException)
        {
            // It is on its way out.
        }
    }

    private static long ResidentBytes(int pid) =>
        Read($"{ProcTasks.Directory(pid)}/statm").Split(' ') is [_, string pages, ..] && long.TryParse(pages, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count * Environment.SystemPageSize
            : 0;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
