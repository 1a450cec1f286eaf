using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// Which of a job's streams are its log, and how much of the log has been sent. The log travels apart from the image:
/// its path differs from host to host, and most of it goes ahead while the job runs.
/// </summary>
public sealed class LogStreams
{
    private readonly string _outputPath;
    private readonly string _errorsPath;
    private readonly List<int> _inherited = [];

    private LogStreams(string outputPath, string errorsPath)
    {
        _outputPath = outputPath;
        _errorsPath = errorsPath;
    }

    /// <summary>Stream 2 is the output log.</summary>
    public bool ErrorsToOutput { get; private set; }

    public long OutputSent { get; private set; }

    public long ErrorsSent { get; private set; }

    /// <summary>Length of the logs now.</summary>
    public long Bytes => Length(_outputPath) + Length(_errorsPath);

    public static LogStreams Of(JobRecord job, IProcessTable processes, HomeDirectory home)
    {
        LogStreams logs = new(home.Output(job.Id, job.Epoch), home.Errors(job.Id, job.Epoch));
        for (int stream = 0; stream <= 2; stream++)
        {
            string? target = processes.DescriptorTarget(job.Main.Pid, stream);
            if (target is null || (target != logs._outputPath && target != logs._errorsPath))
            {
                continue;
            }
            logs._inherited.Add(stream);
            logs.ErrorsToOutput |= stream == 2 && target == logs._outputPath;
        }
        return logs;
    }

    /// <summary>Which of a process' streams are the log of whatever job of this home it is: for who saves it by its pid.</summary>
    public static IReadOnlyList<int> NumbersOf(int pid, IProcessTable processes, HomeDirectory home)
    {
        List<int> numbers = [];
        for (int stream = 0; stream <= 2; stream++)
        {
            if (processes.DescriptorTarget(pid, stream) is { } target && home.IsLog(target))
            {
                numbers.Add(stream);
            }
        }
        return numbers;
    }

    public CaptureOptions CaptureOptions(bool flushFiles) => new()
    {
        InheritStandardStreams = _inherited.Count > 0,
        InheritedStreams = _inherited,
        FlushFiles = flushFiles,
    };

    /// <summary>Hands over what has been written since the last time.</summary>
    public void ReadNew(Action<bool, long, ReadOnlyMemory<byte>> send)
    {
        OutputSent = ReadNew(_outputPath, OutputSent, isErrors: false, send);
        ErrorsSent = ReadNew(_errorsPath, ErrorsSent, isErrors: true, send);
    }

    private static long ReadNew(string path, long from, bool isErrors, Action<bool, long, ReadOnlyMemory<byte>> send)
    {
        long length = Length(path);
        if (length <= from)
        {
            // Shorter than what was sent: the job has truncated its log; the target cuts its copy to this length.
            return length;
        }
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] buffer = new byte[Math.Min(1 << 18, length - from)];
        while (from < length)
        {
            int count = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - from)), from);
            if (count == 0)
            {
                break;
            }
            send(isErrors, from, buffer.AsMemory(0, count));
            from += count;
        }
        return from;
    }

    private static long Length(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }
}
