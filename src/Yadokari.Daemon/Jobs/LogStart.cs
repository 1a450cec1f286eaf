using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// From where on the logs of a job are kept: what is before was given back to the disk (<see cref="LogTrim"/>). Noted in a file
/// beside them.
/// <code>
/// 0 inode of the output u64 | 8 where it begins i64 | 16 inode of the errors u64 | 24 where they begin i64
/// </code>
/// </summary>
public static class LogStart
{
    private const int ErrorsAt = 2 * sizeof(long);
    private const int AllBytes = 2 * ErrorsAt;

    /// <summary>Zeros for a job that keeps all of them.</summary>
    public static (long Output, long Errors) Of(HomeDirectory home, JobRecord job) => Find(home, job) ?? (0, 0);

    /// <returns>Null: nothing is noted; it keeps all of them, or they are gone.</returns>
    public static (long Output, long Errors)? Find(HomeDirectory home, JobRecord job) =>
        job.LogSize is not null && Read(home, job.Id, job.Epoch) is var (output, errors)
            ? (output.Of(home.Output(job.Id, job.Epoch)), errors.Of(home.Errors(job.Id, job.Epoch)))
            : null;

    /// <summary>Notes it for logs that have just been made.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Begin(HomeDirectory home, string job, int epoch, (long Output, long Errors) from) => Write(
        home, job, epoch, LogMark.At(home.Output(job, epoch), from.Output), LogMark.At(home.Errors(job, epoch), from.Errors), flush: from != (0, 0));

    /// <returns>Null: nothing was noted yet.</returns>
    public static (LogMark Output, LogMark Errors)? Read(HomeDirectory home, string job, int epoch)
    {
        string path = home.LogStarts(job, epoch);
        if (!File.Exists(path))
        {
            return null;
        }
        byte[] marks = new byte[AllBytes];
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, marks, 0) < AllBytes ? null : (Get(marks), Get(marks.AsSpan(ErrorsAt)));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // Gone in this moment, with the job.
            return null;
        }
    }

    /// <summary>In place: that needs no room on a disk that is full.</summary>
    /// <param name="flush">Returns when it is on the disk.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Write(HomeDirectory home, string job, int epoch, LogMark output, LogMark errors, bool flush)
    {
        byte[] marks = new byte[AllBytes];
        Put(marks, output);
        Put(marks.AsSpan(ErrorsAt), errors);
        using SafeFileHandle file = File.OpenHandle(home.LogStarts(job, epoch), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, marks, 0);
        if (flush)
        {
            RandomAccess.FlushToDisk(file);
        }
    }

    private static LogMark Get(ReadOnlySpan<byte> mark) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(mark), BinaryPrimitives.ReadInt64LittleEndian(mark[sizeof(long)..]));

    private static void Put(Span<byte> mark, LogMark value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(mark, value.Inode);
        BinaryPrimitives.WriteInt64LittleEndian(mark[sizeof(long)..], value.From);
    }
}
