using System.Diagnostics;
using System.Globalization;

namespace Yadokari.Conformance;

/// <summary>What /proc says of processes, as seen from the test run.</summary>
internal static class ProcessTable
{
    /// <summary>The process and all that descend from it, the oldest first.</summary>
    public static IReadOnlyList<int> Family(int pid)
    {
        List<int> family = [pid];
        for (int at = 0; at < family.Count; at++)
        {
            family.AddRange(Children(family[at]));
        }

        return family;
    }

    /// <summary>Of a family, the one that knows itself by the given pid: in its own pid namespace when it has one.</summary>
    public static int? FindByOwnPid(int root, int ownPid) =>
        Family(root).Where(pid => OwnPid(pid) == ownPid).Select(pid => (int?)pid).LastOrDefault();

    /// <summary>The state letters of a process's threads, e.g. "SSR"; empty when it is gone.</summary>
    public static string States(int pid)
    {
        try
        {
            return string.Concat(Directory.EnumerateDirectories($"/proc/{pid}/task").Select(task =>
            {
                string stat = File.ReadAllText(task + "/stat");
                return stat[stat.LastIndexOf(')') + 2];
            }));
        }
        catch (IOException)
        {
            // It ended while we looked.
            return "";
        }
    }

    /// <summary>The first word of a process's command line; empty when it is gone.</summary>
    public static string Program(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0];
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>A thread of it lives, be it the main one or another.</summary>
    public static bool IsAlive(int pid) => States(pid).Any(state => state is not ('Z' or 'X'));

    /// <summary>Sends a signal by its name without SIG, as kill(1) does.</summary>
    public static void Signal(int pid, string signal)
    {
        using Process kill = Process.Start("/bin/kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static void Kill(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception over) when (over is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static IEnumerable<int> Children(int pid)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{pid}/task")
                .SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static int? OwnPid(int pid)
    {
        try
        {
            string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("NSpid:", StringComparison.Ordinal));
            return int.Parse(line.Split('\t')[^1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
