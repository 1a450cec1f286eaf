using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds out whether a removed directory can be made again: in the directory that was above it, by the job's user.</summary>
internal static class RemovedDirectory
{
    /// <param name="link">What /proc reads of it.</param>
    /// <param name="door">A path that leads into it.</param>
    /// <returns>Null: it can't, since that one is gone as well, is elsewhere, or may not be written.</returns>
    public static RemovedDirectoryImage? Find(int pid, JobPaths paths, string link, FileStatus status, string door)
    {
        string own = paths.Own(link);
        if (!status.IsDirectory || !own.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) || own.StartsWith("/proc/", StringComparison.Ordinal) || ProcStatus.Read(pid) is not { } job)
        {
            return null;
        }

        string path = own[..^Vma.RemovedSuffix.Length];
        FileStatus? above = Above(door);
        if (above is not { Links: > 0 } parent || Path.GetDirectoryName(path) is not { } name || paths.Status(name, followLink: true) is not { } there
            || !there.IsSameFile(parent) || !MayMake(parent, job))
        {
            return null;
        }

        return new RemovedDirectoryImage
        {
            Numbers = [],
            Flags = 0,
            Path = path,
            Device = status.Device,
            Inode = status.Inode,
            DirectoryOwner = FileOwnerImage.Of(status),
        };
    }

    /// <summary>The working directory of a process; null: it has a path, or can't be made again.</summary>
    public static RemovedDirectoryImage? OfProcess(int pid)
    {
        string door = $"{ProcTasks.Directory(pid)}/cwd";
        return FileStatus.AtPath(door) is { IsDirectory: true, Links: 0 } status && ProcMisc.WorkingDirectory(pid) is { } link
            ? Find(pid, new JobPaths(pid), link, status, door)
            : null;
    }

    /// <summary>Where it was made, also after it was removed.</summary>
    private static FileStatus? Above(string door)
    {
        try
        {
            return FileStatus.AtPath($"{door}/..");
        }
        catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }

    private static bool MayMake(FileStatus directory, ProcStatus job)
    {
        const uint ownersWrite = 0xC0, groupsWrite = 0x18, othersWrite = 3; // write and search
        uint needed = job.Uids[1] == directory.Uid ? ownersWrite : job.Gids[1] == directory.Gid || job.Groups.Contains(directory.Gid) ? groupsWrite : othersWrite;
        return job.Uids[1] == 0 || (directory.Permissions & needed) == needed;
    }
}
