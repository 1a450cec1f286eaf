using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Paths as a process sees them, which may live in another mount namespace or below another root.</summary>
internal sealed class JobPaths
{
    private readonly int _pid;
    private readonly string _root;

    public JobPaths(int pid)
    {
        _pid = pid;
        string? link = ProcMisc.Root(pid);
        _root = link is null or "/" ? "" : link;
    }

    /// <summary>The path as the process itself would say it.</summary>
    public string Own(string link) =>
        _root.Length > 0 && link.StartsWith(_root + "/", StringComparison.Ordinal) ? link[_root.Length..] : link;

    /// <summary>What stands at a path of the process now; null for nothing, or nothing that may be reached.</summary>
    public FileStatus? Status(string own, bool followLink = false)
    {
        try
        {
            return FileStatus.AtPath($"{ProcTasks.Directory(_pid)}/root{own}", followLink);
        }
        catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }

    /// <summary>What stands at a path relative to the process' working directory.</summary>
    public FileStatus? StatusAtWorkingDirectory(string relative)
    {
        try
        {
            return FileStatus.AtPath($"{ProcTasks.Directory(_pid)}/cwd/{relative}", followLink: false);
        }
        catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }
}
