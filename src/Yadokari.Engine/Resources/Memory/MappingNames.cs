using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// /proc/PID/maps is not exact about names: " (deleted)" may be the end of a real one, and a line feed is written as
/// <c>\012</c>, which may stand in a name as well. What is at the path decides.
/// </summary>
internal static class MappingNames
{
    private const string LineFeed = "\\012";

    /// <summary>The mappings with names that lead to their files, where that can be.</summary>
    public static IReadOnlyList<Vma> Resolve(int pid, IReadOnlyList<Vma> vmas)
    {
        JobPaths? paths = null;
        List<Vma>? resolved = null;
        for (int i = 0; i < vmas.Count; i++)
        {
            Vma vma = vmas[i];
            if (!vma.IsFile || !(vma.Removed || vma.Name.Contains('\n')))
            {
                continue;
            }

            paths ??= new JobPaths(pid);
            string literal = vma.Name.Replace("\n", LineFeed, StringComparison.Ordinal);
            Vma right = LeadsTo(paths, vma.Name, vma) ? vma with { Removed = false }
                : literal != vma.Name && LeadsTo(paths, literal, vma) ? vma with { Name = literal, Removed = false }
                : NamedMemory.OtherName(pid, vma) is { } other ? vma with { Name = other, Removed = false }
                : vma;
            if (right != vma)
            {
                (resolved ??= [.. vmas])[i] = right;
            }
        }

        return resolved ?? vmas;
    }

    /// <summary>By the inode only: the device is another one for stat(2) on some file systems.</summary>
    private static bool LeadsTo(JobPaths paths, string path, Vma vma) =>
        path.StartsWith('/') && paths.Status(paths.Own(path)) is { } there && there.Inode == vma.Inode;
}
