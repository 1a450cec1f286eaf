using System.Globalization;
using Yadokari.Linux;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Load;

/// <summary>The control group that the jobs of this host are put into (cgroups(7)), so that together they use no more than
/// it permits; the daemon itself stays outside. Version 1 and 2. Where a group called <c>moving</c> stands beside it, a job is
/// there while it is frozen: it answers at once, and does not wait for its turn among the others of a group that has used up
/// its share.</summary>
/// <param name="path">Its directory.</param>
public sealed class JobGroup(string path)
{
    private const string Variable = "YADO_JOB_CGROUP";

    /// <summary>As YADO_JOB_CGROUP names it; null when it is not set.</summary>
    /// <exception cref="YadoException">It can't be used.</exception>
    public static JobGroup? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path)
        {
            return null;
        }
        return File.Exists(Path.Combine(path, "cgroup.procs"))
            ? new JobGroup(path)
            : throw new YadoException(YadoError.Failed, $"{Variable}={path} is no control group: make it first, or unset the variable");
    }

    /// <summary>Processors that the group may use; null when it is not limited.</summary>
    public double? ReadCpus()
    {
        try
        {
            string[] words = File.Exists(Path.Combine(path, "cpu.max"))
                ? File.ReadAllText(Path.Combine(path, "cpu.max")).Trim().Split(' ')
                : [ReadLine("cpu.cfs_quota_us"), ReadLine("cpu.cfs_period_us")];
            return long.TryParse(words[0], CultureInfo.InvariantCulture, out long quota) && quota > 0
                ? quota / double.Parse(words[1], CultureInfo.InvariantCulture)
                : null;
        }
        catch (IOException)
        {
            // A group of another controller.
            return null;
        }
    }

    /// <summary>Puts processes there, with all their threads; one that has ended is passed over.</summary>
    /// <exception cref="YadoException">Not permitted.</exception>
    public void Take(params ReadOnlySpan<int> pids)
    {
        foreach (int pid in pids)
        {
            Put(pid, path);
        }
    }

    /// <summary>Lets a process out for the time of its capture, if there is a group for that.</summary>
    /// <exception cref="YadoException">Not permitted.</exception>
    public void LetOut(int pid)
    {
        string moving = Path.Combine(Path.GetDirectoryName(path)!, "moving");
        if (Directory.Exists(moving))
        {
            Put(pid, moving);
        }
    }

    private static void Put(int pid, string group)
    {
        try
        {
            ControlGroup.Take(group, pid);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new YadoException(YadoError.Failed, $"cannot put a job into the control group {group}: {failure.Message}", failure);
        }
    }

    private string ReadLine(string name) => File.ReadAllText(Path.Combine(path, name)).Trim();
}
