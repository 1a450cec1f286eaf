using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Finds processes outside that map the same shared memory: it would become a copy.</summary>
internal static class OutsideMappings
{
    /// <param name="vmas">Mappings of the process.</param>
    public static void FindObstacles(int pid, IReadOnlyList<Vma> vmas, List<Obstacle> obstacles)
    {
        Dictionary<(uint, uint, ulong), Vma> shared = [];
        foreach (Vma vma in vmas)
        {
            // A file with a name stays where it is, and everybody goes on with it.
            if (vma.Shared && vma.IsFile && (vma.Removed || vma.Name.StartsWith("/memfd:", StringComparison.Ordinal))
                && !vma.Name.StartsWith("/SYSV", StringComparison.Ordinal))
            {
                shared.TryAdd((vma.DeviceMajor, vma.DeviceMinor, vma.Inode), vma);
            }
        }

        if (shared.Count == 0)
        {
            return;
        }

        Dictionary<(uint, uint, ulong), int> holders = [];
        int? closed = new OutsideProcesses([pid]).ForEach(other => ProcMaps.ForEachFile(other, key =>
        {
            if (shared.ContainsKey(key))
            {
                holders.TryAdd(key, other);
            }
        }));
        foreach (((uint, uint, ulong) key, int other) in holders)
        {
            obstacles.Add(new Obstacle("shared-memory", $"memory at {shared[key].Start} {shared[key].Name} is shared with process {other}, which would not see any more what is written there"));
        }

        if (closed is { } kin)
        {
            obstacles.Add(new Obstacle("shared-memory", $"process {kin}, made by the same program, may not be looked into: it may share memory with this one (checkpoint it as root)"));
        }
    }
}
