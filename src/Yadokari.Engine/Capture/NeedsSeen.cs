using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>What a job that runs needs from a host, as far as it can be seen from outside: which of its memory is a file's is the rest.</summary>
internal static class NeedsSeen
{
    /// <param name="status">Of the main process.</param>
    /// <param name="mapped">The mappings of each process, the main one first.</param>
    public static HostNeeds Of(ProcStatus status, IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> mapped, TreeDescriptorCapture descriptors)
    {
        List<HostNeed> needs = [];
        HashSet<string> seen = [.. mapped.SelectMany(process => process.Vmas).Where(NamedMemory.IsOne).Select(vma => vma.Name)];
        foreach ((int pid, IReadOnlyList<Vma> vmas) in mapped)
        {
            foreach ((string path, long length) in MemoryCapture.FindFiles(pid, vmas).Where(file => seen.Add(file.Path)))
            {
                needs.Add(new HostNeed(HostNeedKind.MappedFile, path, length));
            }

            needs.AddRange(vmas.Where(AioContexts.IsOne).Select(ring => new HostNeed(HostNeedKind.AioContext, "", (long)ring.Length)));
        }

        HashSet<int> threads = [.. mapped.SelectMany(process => Numbers(process.Pid))];
        bool IsOwn(string path) => HostNeeds.IsOwnProc(path, threads.Contains);
        foreach (DescriptorTableImage table in descriptors.Processes.Select(process => process.Table).Append(descriptors.Shared))
        {
            foreach (DescriptorImage description in table.Descriptions)
            {
                HostNeeds.Add(description, IsOwn, seen, needs);
            }

            foreach (PipeImage pipe in table.Pipes)
            {
                HostNeeds.AddPipe(pipe, needs);
            }

            needs.AddRange(table.Files.Where(file => file.Kind == CarriedFileKind.Travelling).Select(file =>
                new HostNeed(HostNeedKind.TravellingFile, file.Name, file.Size) { Directory = Path.GetDirectoryName(file.Name) ?? "/" }));
        }

        foreach ((int pid, _) in mapped)
        {
            if ((RemovedDirectory.OfProcess(pid) is { } removed ? Path.GetDirectoryName(removed.Path) : ProcMisc.WorkingDirectory(pid)) is { } directory)
            {
                HostNeeds.AddDirectory(directory, IsOwn, seen, needs);
            }
        }

        return new HostNeeds
        {
            CpuFeatures = [.. CpuLevel.Of([.. mapped.Select(process => process.Pid)]).Names],
            XsaveComponents = [.. XsaveLayout.ReadHost().Components.Select(component => new XsaveComponentImage(component.Number, component.Offset, component.Size))],
            User = status.Uids[1],
            Needs = needs,
        };
    }

    /// <summary>By which it is called in /proc: by its own processes, and from outside.</summary>
    private static IEnumerable<int> Numbers(int pid) => (ProcTasks.Threads(pid) ?? []).Concat(ProcStatus.Read(pid)?.NsPid ?? []);
}
