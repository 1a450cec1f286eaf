using System.Globalization;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux;

/// <summary>Acts on a control group of either version, by its directory (cgroups(7)).</summary>
public static class ControlGroup
{
    /// <summary>Short, so that a share comes evenly, and who is to be moved does not wait long for its turn; microseconds.</summary>
    private const int Period = 20_000;

    /// <summary>Puts a process there, with all its threads; one that has ended is passed over.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void Take(string group, int pid)
    {
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException) when (ProcStatus.Read(pid) is null or { State: 'Z' or 'X' })
        {
            // ESRCH: it has ended already.
        }
    }

    /// <summary>Lets its processes have so many processors together.</summary>
    /// <param name="isUnified">Of version 2.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void LimitCpus(string group, bool isUnified, double cpus)
    {
        string quota = ((long)Math.Round(cpus * Period)).ToString(CultureInfo.InvariantCulture);
        string period = Period.ToString(CultureInfo.InvariantCulture);
        if (isUnified)
        {
            File.WriteAllText(Path.Combine(group, "cpu.max"), $"{quota} {period}");
        }
        else
        {
            File.WriteAllText(Path.Combine(group, "cpu.cfs_period_us"), period);
            File.WriteAllText(Path.Combine(group, "cpu.cfs_quota_us"), quota);
        }
    }

    /// <returns>False: it is still there; as long as a process of it is on its way out that is EBUSY.</returns>
    public static bool TryRemove(string group)
    {
        try
        {
            Directory.Delete(group);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
