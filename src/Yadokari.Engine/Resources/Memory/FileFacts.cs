using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>What a path leads to for the process (its own root and mounts).</summary>
internal static class FileFacts
{
    /// <summary>The longest file whose content travels for the case that it is gone.</summary>
    private const long MaxShortLived = 16L << 20;

    /// <summary>Where files come and go: whoever tidies up there may remove one at any time (hier(7)).</summary>
    private static readonly string[] ShortLivedPlaces = ["/tmp/", "/var/tmp/", "/run/", "/var/run/", "/dev/shm/"];

    /// <summary>Length in bytes; false when there is no such regular file.</summary>
    public static bool TryLength(int pid, string path, out long length)
    {
        FileStatus? file = Regular(pid, path);
        length = file?.Size ?? 0;
        return file is not null;
    }

    /// <summary>A file that may be gone when the process resumes, and that is short enough to take its content along; null for
    /// any other.</summary>
    public static FileStatus? ShortLived(int pid, string path) =>
        ShortLivedPlaces.Any(place => path.StartsWith(place, StringComparison.Ordinal)) && Regular(pid, path) is { Size: > 0 and <= MaxShortLived } file
            ? file
            : null;

    /// <summary>What stat(2) tells of a regular file; null for anything else, and where that is not permitted.</summary>
    public static FileStatus? Regular(int pid, string path)
    {
        try
        {
            return FileStatus.AtPath($"{ProcTasks.Directory(pid)}/root{path}") is { IsRegular: true } file ? file : null;
        }
        catch (SystemCallException e) when (e.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }
}
