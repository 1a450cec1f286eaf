using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Sorts the memory of a process that has relatives into what others may have alike and what only it can have.</summary>
internal static class CommonRuns
{
    /// <param name="capture">What the process has.</param>
    /// <param name="runs">What is to be sorted, by ascending address, no run across two mappings.</param>
    /// <param name="own">Gets what is mapped by no other process.</param>
    /// <returns>The others, with what they may have in common.</returns>
    /// <exception cref="IOException">The process has ended.</exception>
    public static List<PlacedRun> Find(int pid, MemoryCapture capture, IReadOnlyList<PageRun> runs, List<PageRun> own)
    {
        List<PlacedRun> placed = [];
        List<PageRun> common = [];
        RunCursor copied = new(capture.CopiedOfFiles.ToArray()), alone;
        using PageMap pages = new(pid);
        int file = 0, content = 0;
        foreach (PageRun run in runs)
        {
            while (file < capture.ReadOnlyFiles.Count && capture.ReadOnlyFiles[file].End <= run.Start)
            {
                file++;
            }

            while (content < capture.FileContents.Count && capture.FileContents[content].End <= run.Start)
            {
                content++;
            }

            common.Clear();
            if (file < capture.ReadOnlyFiles.Count && capture.ReadOnlyFiles[file].Start <= run.Start)
            {
                Vma vma = capture.ReadOnlyFiles[file];
                copied.AddOutside(run.Start.Value, run.End.Value, common);
                placed.AddRange(common.Select(part => PlacedRun.Of(part, vma)));
                List<PageRun> changed = [];
                new RunCursor(common).AddOutside(run.Start.Value, run.End.Value, changed);
                placed.AddRange(changed.Select(PlacedRun.Of));
                continue;
            }

            if (content < capture.FileContents.Count && capture.FileContents[content].Start <= run.Start)
            {
                placed.Add(PlacedRun.Of(run));
                continue;
            }

            pages.FindCommon(run, common);
            placed.AddRange(common.Select(PlacedRun.Of));
            alone = new RunCursor(common);
            alone.AddOutside(run.Start.Value, run.End.Value, own);
        }

        placed.Sort((left, right) => left.Run.Start.CompareTo(right.Run.Start));
        return placed;
    }
}
