using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>POSIX shared memory and named semaphores (shm_open(3), sem_open(3)): files of /dev/shm, by whose names processes of a job find
/// each other. A job that has some gets a /dev/shm of its own when it is resumed, with all of them.</summary>
internal static class NamedMemory
{
    public const string Directory = "/dev/shm";

    private const int MostEntries = 20_000;

    /// <summary>Whether it is a name that shm_open(3) makes.</summary>
    public static bool IsName(string path) =>
        path.Length > Directory.Length + 1 && path.StartsWith(Directory + "/", StringComparison.Ordinal) && path.IndexOf('/', Directory.Length + 1) < 0
        && path[(Directory.Length + 1)..] is not ("." or "..") && !path.Contains('\0', StringComparison.Ordinal);

    /// <summary>Whether it is a shared mapping of such a file.</summary>
    public static bool IsOne(Vma vma) => vma is { Shared: true, IsFile: true, Removed: false } && IsName(vma.Name);

    /// <summary>The path of a file that was mapped by another name, which it has lost since: sem_open(3) makes it so.</summary>
    /// <returns>Null when it has none, or several.</returns>
    public static string? OtherName(int pid, Vma vma)
    {
        if (!vma.Shared || !vma.Name.StartsWith(Directory + "/", StringComparison.Ordinal))
        {
            return null;
        }

        foreach ((string path, FileStatus file) in Files(pid) ?? [])
        {
            if (file.Inode == vma.Inode && (file.DeviceMajor, file.DeviceMinor) == (vma.DeviceMajor, vma.DeviceMinor))
            {
                return file is { IsRegular: true, Links: 1 } ? path : null;
            }
        }

        return null;
    }

    /// <summary>The process has a /dev/shm of its own, and all that is in it is its job's.</summary>
    public static bool IsOwn(int pid) =>
        Status(pid, Directory) is { IsDirectory: true } there && FileStatus.AtPath(Directory) is { } here && there.Device != here.Device;

    /// <summary>All that is in the process's /dev/shm; null where that may not be seen, or is more than can be looked through.</summary>
    public static IReadOnlyList<(string Path, FileStatus File)>? Files(int pid)
    {
        List<(string, FileStatus)> files = [];
        try
        {
            foreach (string found in System.IO.Directory.EnumerateFileSystemEntries($"{ProcTasks.Directory(pid)}/root{Directory}"))
            {
                string path = $"{Directory}/{Path.GetFileName(found)}";
                if (files.Count == MostEntries)
                {
                    return null;
                }

                if (Status(pid, path) is { } file)
                {
                    files.Add((path, file));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return files;
    }

    /// <summary>Removes a file of this host's /dev/shm that only a job used: it would outlive it.</summary>
    public static void TryRemove(string path, string key)
    {
        try
        {
            if (FileStatus.AtPath(path, followLink: false) is { } file && SharedObjectImage.KeyOf(file.Device, file.Inode) == key)
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // Another user's, or somebody was quicker: it stays, as that of a program that was killed.
        }
    }

    private static FileStatus? Status(int pid, string path)
    {
        try
        {
            return FileStatus.AtPath($"{ProcTasks.Directory(pid)}/root{path}", followLink: false);
        }
        catch (SystemCallException e) when (e.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }
}
