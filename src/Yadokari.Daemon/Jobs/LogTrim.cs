using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux;
using Yadokari.Linux.Abi;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// Gives the disk back what the logs of a job take before their last bytes. The files stay, and every place in them: the job goes
/// on appending, and who follows them goes on reading.
/// <code>
/// 0 ……… given back ……… start ……… the last bytes, at least as many as are to be kept ……… end, where the job writes
/// </code>
/// </summary>
/// <param name="size">Bytes of the end of each that are kept.</param>
public sealed class LogTrim(HomeDirectory home, JobRecord job, long size)
{
    /// <summary>Bytes that a log may have beyond its size, at least, before something is given back.</summary>
    private const long LeastSlack = 1 << 20;

    /// <summary>The unit of what file systems give back; those with larger ones keep the rest of a unit.</summary>
    private const long Block = 4096;

    private (LogMark Output, LogMark Errors)? _marks;

    /// <summary>Where a log is to begin.</summary>
    /// <param name="length">Where it ends.</param>
    /// <param name="start">Where it begins now.</param>
    /// <param name="size">Bytes of its end that are kept.</param>
    /// <returns>Null: where it does, it is not so long yet.</returns>
    public static long? NextStart(long length, long start, long size) =>
        length - start > size + Math.Max(size / 4, LeastSlack) ? (length - size) & -Block : null;

    /// <summary>Looks at both.</summary>
    /// <param name="output">Where the output ends.</param>
    /// <param name="errors">Where the errors end.</param>
    /// <returns>False: this file system can't give back parts of files.</returns>
    /// <exception cref="IOException">What is kept can't be noted.</exception>
    /// <exception cref="SystemCallException">A log can't be opened.</exception>
    public bool Run(long output, long errors)
    {
        if (_marks is null)
        {
            _marks = LogStart.Read(home, job.Id, job.Epoch)
                ?? (LogMark.At(home.Output(job.Id, job.Epoch), 0), LogMark.At(home.Errors(job.Id, job.Epoch), 0));
            // At once, while there is room for it.
            Note(_marks.Value, flush: false);
        }
        return Run(home.Output(job.Id, job.Epoch), output, _marks.Value.Output, mark => _marks.Value with { Output = mark })
            && Run(home.Errors(job.Id, job.Epoch), errors, _marks.Value.Errors, mark => _marks.Value with { Errors = mark });
    }

    private bool Run(string path, long length, LogMark mark, Func<LogMark, (LogMark, LogMark)> with)
    {
        if (length < mark.From)
        {
            // The job has emptied it.
            mark = mark with { From = 0 };
            Note(with(mark), flush: false);
        }
        if (NextStart(length, mark.From, size) is not { } next)
        {
            return true;
        }
        using SafeFileHandle? log = TryOpen(path, mark.Inode);
        if (log is null)
        {
            return true;
        }
        // Before anything of it reads as zeros, also when the power fails in between.
        Note(with(mark with { From = next }), flush: true);
        if (FilePlace.Forget(log, 0, next))
        {
            return true;
        }
        Note(with(mark), flush: false);
        return false;
    }

    private void Note((LogMark Output, LogMark Errors) marks, bool flush)
    {
        LogStart.Write(home, job.Id, job.Epoch, marks.Output, marks.Errors, flush);
        _marks = marks;
    }

    /// <summary>The log itself, not what somebody has put in its place: a link, another user's file, one with other names.</summary>
    /// <returns>Null: it is not there, or another one. The caller owns it.</returns>
    private SafeFileHandle? TryOpen(string path, ulong inode)
    {
        using SafeFileHandle? named = MappedObject.TryOpenByName("", path);
        return named is not null && FileStatus.Of(named) is { IsRegular: true, Links: 1 } log && log.Uid == job.Uid && (inode == 0 || inode == log.Inode)
            ? Descriptor.Reopen(named, Fcntl.O_WRONLY)
            : null;
    }
}
