using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds processes that hold the same pipe; the kernel tells it only by looking at all of them.</summary>
internal static class SharedPipes
{
    /// <summary>For each of the links (<c>pipe:[4711]</c>) that somebody else holds too: that process. Processes of other
    /// users that may not be looked into are passed over, and so are other copies of this program: one that scans the same
    /// process, or a child of ours before its exec, holds fetched descriptors for a moment.</summary>
    public static Dictionary<string, int> FindOthers(int pid, IReadOnlySet<string> links)
    {
        Dictionary<string, int> others = [];
        string? own = ProcMisc.Executable(Environment.ProcessId);
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(directory.AsSpan("/proc/".Length), out int other) || other == pid || other == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                foreach (int number in ProcFdInfo.Numbers(other) ?? [])
                {
                    if (ProcFdInfo.Link(other, number) is { } link && links.Contains(link) && ProcMisc.Executable(other) != own)
                    {
                        others.TryAdd(link, other);
                    }
                }
            }
            catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
            {
                continue;
            }
        }

        return others;
    }
}
