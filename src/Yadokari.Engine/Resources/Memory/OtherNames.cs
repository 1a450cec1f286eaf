using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Whether a removed file that is mapped shared lives on by another name: what is written there must reach it.</summary>
internal static class OtherNames
{
    private const int MostEntries = 20_000;

    /// <returns>Why it can't be carried; null when it has no other name.</returns>
    public static string? Find(int pid, Vma vma)
    {
        try
        {
            return FileStatus.AtPath($"{ProcTasks.Directory(pid)}/map_files/{vma.Start.Value:x}-{vma.End.Value:x}") is { Links: > 0 } ? "lives on by another name" : null;
        }
        catch (SystemCallException e) when (e.Number is Errno.EPERM or Errno.EACCES)
        {
            // Told only to who has CAP_CHECKPOINT_RESTORE.
            return HasNoName(pid, vma) ? null : "may live on by another name, which only root is told (keep a descriptor of it open, or checkpoint it as root)";
        }
    }

    private static bool HasNoName(int pid, Vma vma)
    {
        // What is not written can't get lost; memory files and memory without a file never had another name.
        if ((vma.Flags & VmaFlags.MayWrite) == 0 || vma.Name.StartsWith("/memfd:", StringComparison.Ordinal) || vma.Name.StartsWith("/dev/zero", StringComparison.Ordinal))
        {
            return true;
        }

        foreach (int holder in Family(pid))
        {
            if (LinksOfOpen(holder, vma) is { } links)
            {
                return links == 0;
            }
        }

        // A file system in memory is small enough to look through.
        MountInfo? mount = MountInfo.Read(pid)?.Values.FirstOrDefault(mount =>
            mount.Type == "tmpfs" && mount.DeviceMajor == vma.DeviceMajor && mount.DeviceMinor == vma.DeviceMinor);
        return mount is not null && IsNowhere($"{ProcTasks.Directory(pid)}/root{mount.Point}", vma.Inode);
    }

    /// <summary>Whoever has it open tells the same of it: the process itself first, then those that are next to it.</summary>
    private static HashSet<int> Family(int pid)
    {
        HashSet<int> family = [pid, .. ProcTasks.Children(pid) ?? []];
        if (ProcStat.Read(pid) is { PPid: > 1 } stat)
        {
            family.Add(stat.PPid);
            family.UnionWith(ProcTasks.Children(stat.PPid) ?? []);
        }

        return family;
    }

    private static ulong? LinksOfOpen(int pid, Vma vma)
    {
        try
        {
            foreach (int number in ProcFdInfo.Numbers(pid) ?? [])
            {
                if (ProcFdInfo.Link(pid, number) == vma.Name && ProcFdInfo.Read(pid, number)?.Inode == vma.Inode
                    && FileStatus.AtPath($"{ProcTasks.Directory(pid)}/fd/{number}") is { } open)
                {
                    return open.Links;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // Another user's, or it has ended.
        }

        return null;
    }

    private static bool IsNowhere(string root, ulong inode)
    {
        int entries = 0;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0 }))
            {
                if (++entries > MostEntries || FileStatus.AtPath(path, followLink: false)?.Inode == inode)
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            return false;
        }

        return true;
    }
}
