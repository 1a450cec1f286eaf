using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>Notes once a second how long the logs of the jobs here are, so that it can be told what was written since a
/// moment. What a job wrote while no daemon ran, or on another host, counts as written when this one saw it first. Of logs that
/// are to have a size it gives back what is before.</summary>
public sealed partial class LogClock(JobTable jobs, HomeDirectory home, TimeProvider time, ILogger<LogClock> logger)
{
    /// <summary>A moment in milliseconds since 1970, the length of the output, and that of the errors.</summary>
    private const int MarkBytes = 3 * sizeof(long);

    /// <summary>Half a day of a job that writes all the time; then older moments are told less exactly.</summary>
    private const int MostBytes = MarkBytes * 43_200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Job, int Epoch), Logs> _logs = [];

    /// <summary>It was said that the file system can't give back parts of files.</summary>
    private bool _isTold;

    public async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            do
            {
                MarkAll();
            }
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The daemon ends.
        }
    }

    /// <summary>How long the logs of a job were at a moment, or a little before.</summary>
    public static (long Output, long Errors) OffsetsAt(HomeDirectory home, string job, int epoch, DateTimeOffset moment)
    {
        byte[] marks = Read(home.LogTimes(job, epoch));
        int at = marks.Length / MarkBytes - 1;
        while (at >= 0 && Number(marks, at, 0) > moment.ToUnixTimeMilliseconds())
        {
            at--;
        }
        return (
            Untouched(home.Output(job, epoch), moment) ?? (at < 0 ? 0 : Number(marks, at, 1)),
            Untouched(home.Errors(job, epoch), moment) ?? (at < 0 ? 0 : Number(marks, at, 2)));
    }

    /// <summary>Once; also what a test calls.</summary>
    public void MarkAll()
    {
        HashSet<(string Job, int Epoch)> here = [];
        foreach (JobRecord job in jobs.All.Select(e => e.Record).Where(r => r.IsHere))
        {
            here.Add((job.Id, job.Epoch));
            if (!_logs.TryGetValue((job.Id, job.Epoch), out Logs? logs))
            {
                _logs.Add((job.Id, job.Epoch), logs = new Logs(home.Output(job.Id, job.Epoch), home.Errors(job.Id, job.Epoch)));
            }
            if (logs.HaveGrown())
            {
                TryMark(home.LogTimes(job.Id, job.Epoch), logs.Lengths);
                if (job is { LogSize: { } size, Streams: JobStreams.Log })
                {
                    TryTrim(job, logs, size);
                }
            }
        }
        foreach ((string Job, int Epoch) gone in _logs.Keys.Where(k => !here.Contains(k)).ToList())
        {
            _logs.Remove(gone);
        }
    }

    private void TryMark(string path, (long Output, long Errors) lengths)
    {
        byte[] mark = new byte[MarkBytes];
        BinaryPrimitives.WriteInt64LittleEndian(mark, time.GetUtcNow().ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(mark.AsSpan(sizeof(long)), lengths.Output);
        BinaryPrimitives.WriteInt64LittleEndian(mark.AsSpan(2 * sizeof(long)), lengths.Errors);
        try
        {
            using FileStream file = new(path, FileMode.Append);
            if (file.Length >= MostBytes)
            {
                file.Dispose();
                Thin(path);
            }
            else
            {
                file.Write(mark);
            }
        }
        catch (IOException)
        {
            // The disk is full, or the job has just gone with its directory: then that moment can't be told.
        }
    }

    private void TryTrim(JobRecord job, Logs logs, long size)
    {
        logs.Trim ??= new LogTrim(home, job, size);
        try
        {
            if (!logs.Trim.Run(logs.Lengths.Output, logs.Lengths.Errors) && !_isTold)
            {
                _isTold = true;
                LogCannotTrim(logger, home.Jobs);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // Tried again whenever the job has written something; said once.
            if (!logs.IsTold)
            {
                logs.IsTold = true;
                LogNotTrimmed(logger, job.Id, failure.Message);
            }
        }
    }

    /// <summary>Leaves out every other mark of the older half.</summary>
    private static void Thin(string path)
    {
        byte[] marks = Read(path);
        int half = marks.Length / MarkBytes / 2;
        using (FileStream file = new(path + ".new", FileMode.Create))
        {
            for (int at = 0; at < half; at += 2)
            {
                file.Write(marks, at * MarkBytes, MarkBytes);
            }
            file.Write(marks.AsSpan(half * MarkBytes));
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>The length of a file that was last written before a moment; null: it was written since, or is not there.</summary>
    private static long? Untouched(string path, DateTimeOffset moment) =>
        new FileInfo(path) is { Exists: true } file && file.LastWriteTimeUtc < moment.UtcDateTime ? file.Length : null;

    private static long Number(byte[] marks, int at, int field) =>
        BinaryPrimitives.ReadInt64LittleEndian(marks.AsSpan(at * MarkBytes + field * sizeof(long)));

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the file system of {Directory} can't give back parts of files: logs grow beyond their size (--log-size)")]
    private static partial void LogCannotTrim(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job}: its log grows beyond its size, since it can't be made shorter: {Reason}")]
    private static partial void LogNotTrimmed(ILogger logger, string job, string reason);

    /// <summary>Of one job. Looked at each second, all the time: with as little as it takes.</summary>
    private sealed class Logs(string output, string errors)
    {
        /// <summary>When they were looked at last.</summary>
        public (long Output, long Errors) Lengths { get; private set; }

        /// <summary>Null: it was not needed yet.</summary>
        public LogTrim? Trim { get; set; }

        /// <summary>It was said that they could not be made shorter.</summary>
        public bool IsTold { get; set; }

        public bool HaveGrown()
        {
            (long Output, long Errors) before = Lengths;
            Lengths = (LengthOf(output), LengthOf(errors));
            return Lengths != before;
        }

        private static long LengthOf(string path)
        {
            try
            {
                return FileStatus.AtPath(path)?.Size ?? 0;
            }
            catch (SystemCallException)
            {
                // Who may not look at it can't read it either.
                return 0;
            }
        }
    }
}
