using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Yadokari.Linux;

namespace Yadokari.Cli.Lab;

/// <summary>
/// A control group for the jobs of each lab host, so that a small machine plays several weak ones. Daemons stay outside: what
/// they do is not slowed, as on a real host they would have processors of their own to compete for. Version 1 and 2 (cgroups(7)).
/// </summary>
public sealed class CpuGroups
{
    private static readonly TimeSpan RemoveLimit = TimeSpan.FromSeconds(10);

    private readonly string _top;
    private readonly bool _isUnified;

    private CpuGroups(string top, bool isUnified)
    {
        _top = top;
        _isUnified = isUnified;
    }

    /// <summary>Makes the groups.</summary>
    /// <param name="labDirectory">Tells labs apart.</param>
    /// <param name="cpus">Processors for the jobs of each host together.</param>
    /// <exception cref="CommandFailure">Not permitted here.</exception>
    public static CpuGroups Make(string labDirectory, int count, double cpus)
    {
        CpuGroups groups = Locate(labDirectory)
            ?? throw new CommandFailure(ExitStatus.Failed, "no control group for cpus is mounted here, so hosts can't be limited: leave out --cpus");
        try
        {
            Directory.CreateDirectory(groups._top);
            if (groups._isUnified)
            {
                File.WriteAllText(Path.Combine(groups._top, "cgroup.subtree_control"), "+cpu");
            }

            for (int number = 1; number <= count; number++)
            {
                string group = groups.Of(number);
                Directory.CreateDirectory(group);
                ControlGroup.LimitCpus(group, groups._isUnified, cpus);
                groups.Favour(group);
            }

            string moving = Path.Combine(groups._top, "moving");
            Directory.CreateDirectory(moving);
            groups.Favour(moving);

            return groups;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Remove(labDirectory);
            throw new CommandFailure(
                ExitStatus.Failed, $"hosts can't be limited here ({failure.Message}): --cpus needs root, or leave it out", failure);
        }
    }

    /// <summary>Directory of a host's group.</summary>
    public string Of(int number) => Path.Combine(_top, $"h{number}");

    /// <summary>Removes the groups of a lab, if it has any, once their last process has ended.</summary>
    public static void Remove(string labDirectory)
    {
        if (Locate(labDirectory) is not { } groups || !Directory.Exists(groups._top))
        {
            return;
        }

        foreach (string group in Directory.EnumerateDirectories(groups._top).Append(groups._top).ToArray())
        {
            for (Stopwatch clock = Stopwatch.StartNew(); !ControlGroup.TryRemove(group) && clock.Elapsed < RemoveLimit;)
            {
                // EBUSY: a process of it is still on its way out.
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>What a host may use it should get, whatever else the machine does.</summary>
    private void Favour(string group)
    {
        const string manyShares = "20480"; // of 1024 for any other process
        const string manyWeight = "2000"; // of 100
        File.WriteAllText(Path.Combine(group, _isUnified ? "cpu.weight" : "cpu.shares"), _isUnified ? manyWeight : manyShares);
    }

    private static CpuGroups? Locate(string labDirectory)
    {
        string name = "yado-lab-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(labDirectory)))[..16];
        foreach (string line in File.ReadLines("/proc/self/mounts"))
        {
            // "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0"
            string[] fields = line.Split(' ');
            bool isOld = fields[2] == "cgroup" && fields[3].Split(',').Contains("cpu");
            bool isNew = fields[2] == "cgroup2" && HasCpu(fields[1]);
            if (isOld || isNew)
            {
                return new CpuGroups(Path.Combine(fields[1], name), isNew);
            }
        }

        return null;
    }

    private static bool HasCpu(string mount)
    {
        string controllers = Path.Combine(mount, "cgroup.subtree_control");
        return File.Exists(controllers) && File.ReadAllText(controllers).Split((char[])[' ', '\n']).Contains("cpu");
    }
}
