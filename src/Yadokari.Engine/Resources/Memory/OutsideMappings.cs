using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Finds processes outside that map the same shared memory, or have its file open and may map it: it would become a copy.</summary>
internal static class OutsideMappings
{
    /// <param name="processes">The processes of a job with their mappings, the main process first.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public static void FindObstacles(IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> processes, List<Obstacle> obstacles)
    {
        Dictionary<(uint, uint, ulong), (int Pid, Vma Vma)> shared = [];
        foreach ((int pid, IReadOnlyList<Vma> vmas) in processes)
        {
            foreach (Vma vma in vmas)
            {
                // A file with a name stays where it is, and everybody goes on with it. But not in memory.
                if (vma.Shared && (MemoryCapture.IsObject(vma) || NamedMemory.IsOne(vma)) && !SystemVMapping.IsSegment(vma))
                {
                    shared.TryAdd((vma.DeviceMajor, vma.DeviceMinor, vma.Inode), (pid, vma));
                }
            }
        }

        if (shared.Count == 0)
        {
            return;
        }

        IReadOnlyList<int> inside = [.. processes.Select(process => process.Pid)];
        Dictionary<(uint, uint, ulong), int> holders = [];
        // Who descends from the main process and is not in the list was made meanwhile: the job's own.
        int? closed = new OutsideProcesses(inside).ForEach(other =>
        {
            ProcMaps.ForEachFile(other, Note);
            ForEachOpen(other, Note);

            void Note((uint, uint, ulong) key)
            {
                if (shared.ContainsKey(key) && !holders.ContainsKey(key) && !OutsideHolders.DescendsFrom(other, inside[0]))
                {
                    holders.Add(key, other);
                }
            }
        });
        foreach (((uint, uint, ulong) key, int other) in holders)
        {
            (int pid, Vma vma) = shared[key];
            string whose = pid == inside[0] ? "" : $"{ProcessLabel.Of(pid)}: ";
            obstacles.Add(new Obstacle("shared-memory", $"{whose}memory at {vma.Start} {vma.Name} is shared with process {other}, which would not see any more what is written there"));
        }

        if (closed is { } kin)
        {
            obstacles.Add(new Obstacle("shared-memory", $"process {kin}, made by the same program, may not be looked into: it may share memory with this one (checkpoint it as root)"));
        }
    }
    /// <summary>The memory that a process has open, by whatever name, and removed files.</summary>
    private static void ForEachOpen(int other, Action<(uint, uint, ulong)> note)
    {
        foreach (int number in ProcFdInfo.Numbers(other) ?? [])
        {
            if (ProcFdInfo.Link(other, number) is { } link && (link.StartsWith(NamedMemory.Directory + "/", StringComparison.Ordinal) || link.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal)) && FileStatus.AtPath($"{ProcTasks.Directory(other)}/fd/{number}") is { } file)
            {
                note((file.DeviceMajor, file.DeviceMinor, file.Inode));
            }
        }
    }
}
