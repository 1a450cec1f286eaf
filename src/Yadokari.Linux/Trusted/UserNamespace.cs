using System.Globalization;

namespace Yadokari.Linux.Trusted;

/// <summary>How the caller's user namespace shows owners (user_namespaces(7)).</summary>
public static class UserNamespace
{
    /// <summary>In a user namespace that has no number for the machine's root, root's directories look as everybody else's do:
    /// as the overflow user's. Who made the namespace chose the path, and could look at it from outside.</summary>
    public static bool IsUnmapped(uint uid) =>
        uid == ReadNumber("/proc/sys/kernel/overflowuid") && !MapsEverybody(File.ReadAllText("/proc/self/uid_map"));

    /// <summary>Every user has a number: the initial namespace, or one that maps all.</summary>
    internal static bool MapsEverybody(string map)
    {
        // first inside, first outside, count
        ulong mapped = 0;
        foreach (string line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            mapped += ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
        }

        return mapped >= uint.MaxValue;
    }

    private static uint ReadNumber(string path) => uint.Parse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture);
}
