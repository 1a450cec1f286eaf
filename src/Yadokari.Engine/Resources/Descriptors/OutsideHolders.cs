using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds processes outside that hold what a process would take away with it: after a resume each had a copy of its
/// own, and neither would see what the other does.</summary>
internal static class OutsideHolders
{
    private const string Anonymous = "anon_inode:";

    public static IReadOnlyList<Obstacle> FindObstacles(int pid, IReadOnlyList<OpenDescription> descriptions, IReadOnlyList<DescriptorImage> images)
    {
        Dictionary<string, List<OpenDescription>> wanted = Wanted(descriptions, images);
        if (wanted.Count == 0)
        {
            return [];
        }

        Dictionary<OpenDescription, int> holders = [];
        HashSet<string> sorted = [];
        int? closed = new OutsideProcesses(pid).ForEach(other =>
        {
            foreach (int number in ProcFdInfo.Numbers(other) ?? [])
            {
                if (ProcFdInfo.Link(other, number) is not { } link || !wanted.TryGetValue(link, out List<OpenDescription>? candidates))
                {
                    continue;
                }

                if (candidates.Count > 1 && sorted.Add(link))
                {
                    candidates.Sort((left, right) => Kcmp.CompareFiles(left.Handle, right.Handle));
                }

                if (Find(candidates, other, number) is { } held)
                {
                    holders.TryAdd(held, other);
                }
            }
        });

        List<Obstacle> obstacles = [];
        foreach ((OpenDescription held, int other) in holders)
        {
            obstacles.Add(new Obstacle(
                IsPipe(held) ? "pipe-to-outside" : "shared-descriptor",
                $"descriptor {held.First}: {held.Link} is shared with process {other}; close it on one side"));
        }

        if (closed is { } kin)
        {
            obstacles.Add(new Obstacle("shared-descriptor", $"process {kin}, made by the same program, may not be looked into: it may share descriptors with this one (checkpoint it as root)"));
        }

        return obstacles;
    }

    /// <summary>By link: pipes and sockets, what has no file, files whose content travels, and files with locks of their description.</summary>
    private static Dictionary<string, List<OpenDescription>> Wanted(IReadOnlyList<OpenDescription> descriptions, IReadOnlyList<DescriptorImage> images)
    {
        Dictionary<int, OpenDescription> byNumber = [];
        foreach (OpenDescription description in descriptions)
        {
            byNumber.Add(description.First, description);
        }

        Dictionary<string, List<OpenDescription>> wanted = [];
        foreach (DescriptorImage image in images)
        {
            bool own = image switch
            {
                InheritedStreamImage or TerminalImage => false,
                PathImage => image.Locks.Any(held => held.Kind is FileLockKind.Flock or FileLockKind.OpenFileDescription),
                _ => true,
            };
            if (!own || !byNumber.TryGetValue(image.Numbers[0].Number, out OpenDescription? description))
            {
                continue;
            }

            if (!wanted.TryGetValue(description.Link, out List<OpenDescription>? same))
            {
                wanted.Add(description.Link, same = []);
            }

            same.Add(description);
        }

        return wanted;
    }

    private static OpenDescription? Find(List<OpenDescription> candidates, int other, int number)
    {
        OpenDescription first = candidates[0];
        if (IsPipe(first) || first.Status.IsSocket)
        {
            return first;
        }

        if (!first.Link.StartsWith(Anonymous, StringComparison.Ordinal) && first.Info.Locks.Count == 0)
        {
            FileStatus? there = FileStatus.AtPath($"/proc/{other}/fd/{number}");
            return candidates.Find(candidate => there?.IsSameFile(candidate.Status) ?? false);
        }

        int at = candidates.BinarySearch(null!, Comparer<OpenDescription>.Create((left, _) => Kcmp.CompareFiles(left.Handle, other, number) ?? 1));
        return at >= 0 ? candidates[at] : null;
    }

    private static bool IsPipe(OpenDescription description) => description.Link.StartsWith("pipe:[", StringComparison.Ordinal);
}
