using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds processes outside that hold what a process would take away with it: after a resume each had a copy of its
/// own, and neither would see what the other does.</summary>
internal static class OutsideHolders
{
    private const string Anonymous = "anon_inode:";

    /// <param name="wholeTree">What descends from the first process is inside, also when it is new.</param>
    public static IReadOnlyList<Obstacle> FindObstacles(IReadOnlyList<int> pids, IReadOnlyList<(OpenDescription Description, DescriptorImage Image)> inside, bool wholeTree)
    {
        Dictionary<string, List<OpenDescription>> wanted = Wanted(inside);
        if (wanted.Count == 0)
        {
            return [];
        }

        Dictionary<OpenDescription, int> holders = [];
        HashSet<string> sorted = [];
        int? closed = new OutsideProcesses(pids).ForEach(other =>
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
            if (wholeTree && DescendsFrom(other, pids[0]))
            {
                // Made meanwhile: the job's own.
                continue;
            }

            string name = SharedDescriptions.IsPipe(held) ? "pipe-to-outside" : held.IsNamedPipe ? "fifo" : "shared-descriptor";
            obstacles.Add(new Obstacle(name, $"descriptor {held.First}: {held.Link} is shared with process {other}; close it on one side") { Cause = held.Cause });
        }

        if (closed is { } kin)
        {
            obstacles.Add(new Obstacle("shared-descriptor", $"process {kin}, made by the same program, may not be looked into: it may share descriptors with this one (checkpoint it as root)"));
        }

        return obstacles;
    }

    /// <summary>By link: pipes and sockets, what has no file, files whose content travels, and files with locks of their description.</summary>
    private static Dictionary<string, List<OpenDescription>> Wanted(IReadOnlyList<(OpenDescription Description, DescriptorImage Image)> inside)
    {
        Dictionary<string, List<OpenDescription>> wanted = [];
        foreach ((OpenDescription description, DescriptorImage image) in inside)
        {
            bool own = image switch
            {
                InheritedStreamImage or TerminalImage or PidFdImage => false,
                SharedDescriptorImage => description.IsNamedPipe || description.IsOfTerminal || description.IsMessageQueue || !description.Link.StartsWith('/'),
                PathImage => image.Locks.Any(held => held.Kind is FileLockKind.Flock or FileLockKind.OpenFileDescription),
                _ => true,
            };
            if (!own)
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
        if (SharedDescriptions.IsPipe(first) || first.IsSocket)
        {
            return first;
        }

        if (!first.Link.StartsWith(Anonymous, StringComparison.Ordinal) && first.Info.Locks.Count == 0 && !first.IsPtyMaster && !PseudoTerminals.IsOwnTerminal(first))
        {
            FileStatus? there = FileStatus.AtPath($"/proc/{other}/fd/{number}");
            return candidates.Find(candidate => there?.IsSameFile(candidate.Status) ?? false);
        }

        int at = candidates.BinarySearch(null!, Comparer<OpenDescription>.Create((left, _) => Kcmp.CompareFiles(left.Handle, other, number) ?? 1));
        return at >= 0 ? candidates[at] : null;
    }

    internal static bool DescendsFrom(int pid, int ancestor)
    {
        ProcStat? at = ProcStat.Read(pid);
        while (at is { PPid: > 1 } && at.PPid != ancestor)
        {
            at = ProcStat.Read(at.PPid);
        }

        return at?.PPid == ancestor;
    }
}
