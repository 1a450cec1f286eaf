using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Daemon.Jobs;

/// <summary>From where on a log is kept.</summary>
/// <param name="Inode">The file that it was then; 0: there was none.</param>
/// <param name="From">What is before reads as zeros.</param>
public readonly record struct LogMark(ulong Inode, long From)
{
    /// <summary>Of the file that is there now.</summary>
    public static LogMark At(string log, long from) => new(Look(log)?.Inode ?? 0, from);

    /// <summary>Where the file begins that is there now. One that somebody has put in its place begins at 0; so does one that is
    /// shorter than that: the job has emptied it, and all that came since is kept. One that is gone begins where it did.</summary>
    public long Of(string log) => Look(log) is not { } file || (file.Inode == Inode && file.Size >= From) ? From : 0;

    private static FileStatus? Look(string log)
    {
        try
        {
            return FileStatus.AtPath(log, followLink: false);
        }
        catch (SystemCallException)
        {
            // Who may not look at it can't read it either.
            return null;
        }
    }
}
