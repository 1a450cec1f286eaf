namespace Yadokari.Daemon.Groups;

/// <summary>A hierarchy of control groups, as it is mounted here (cgroups(7)).</summary>
/// <param name="Mount">Where.</param>
/// <param name="Own">The group that the daemon itself is in; below <paramref name="Mount"/>.</param>
/// <param name="IsUnified">Version 2; else version 1, with one controller or some.</param>
/// <param name="Controllers">Those that can be had there.</param>
public sealed record ControlHierarchy(string Mount, string Own, bool IsUnified, IReadOnlyList<string> Controllers)
{
    /// <summary>Those that a process sees.</summary>
    /// <param name="mounts">Its /proc/PID/mountinfo.</param>
    /// <param name="groups">Its /proc/PID/cgroup.</param>
    /// <param name="read">Reads a file of a group; null: there is none.</param>
    public static IReadOnlyList<ControlHierarchy> Find(string mounts, string groups, Func<string, string?> read)
    {
        List<ControlHierarchy> found = [];
        foreach (string line in mounts.Split('\n'))
        {
            // 36 25 0:30 /root /mount/point rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
            string[] words = line.Split(' ');
            int dash = Array.IndexOf(words, "-");
            if (dash < 0 || dash + 3 >= words.Length || words[dash + 1] is not ("cgroup" or "cgroup2"))
            {
                continue;
            }
            (string root, string mount) = (words[3], words[4]);
            bool isUnified = words[dash + 1] == "cgroup2";
            string[] options = words[dash + 3].Split(',');
            foreach (string group in groups.Split('\n'))
            {
                // 5:cpu,cpuacct:/path, or 0::/path of version 2.
                string[] parts = group.Split(':', 3);
                if (parts.Length < 3 || (isUnified ? parts[1].Length > 0 : parts[1].Length == 0 || !parts[1].Split(',').All(options.Contains)))
                {
                    continue;
                }
                string own = Below(mount, root, parts[2]);
                string[] controllers = isUnified ? (read($"{mount}/cgroup.controllers") ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : parts[1].Split(',');
                found.Add(new ControlHierarchy(mount, own, isUnified, controllers));
            }
        }
        return found;
    }

    /// <summary>Where groups of jobs may be made, the best place first: as far down as may be. In version 2 a group that has processes,
    /// as the daemon's own has, hands its controllers to no other, so that beside it is next.</summary>
    public IReadOnlyList<string> Parents => IsUnified
        ? [.. new[] { Own, Own == Mount ? Mount : Path.GetDirectoryName(Own)!, Mount }.Distinct()]
        : [Own];

    private static string Below(string mount, string root, string group)
    {
        // In a container the mount shows a part of the hierarchy only.
        string rest = root == "/" ? group : group.StartsWith(root + "/", StringComparison.Ordinal) ? group[root.Length..] : "";
        string path = (mount + rest).TrimEnd('/');
        return Directory.Exists(path) ? path : mount;
    }
}
