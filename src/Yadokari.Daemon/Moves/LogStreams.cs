using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Streams;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// What a job's streams are - its log, or its caller's - and how much of what was written to them has been sent. That travels
/// apart from the image: its path differs from host to host, and most of it goes ahead while the job runs.
/// </summary>
public sealed class LogStreams
{
    private readonly int? _caller;
    private readonly StreamRelay? _relay;
    private readonly int _main;
    private readonly TcpRule? _tcp;
    private readonly bool _isCallers;
    private readonly (FrameKind Kind, string Path)[] _files;
    private readonly long[] _sent = new long[3];
    private readonly Func<(long Output, long Errors)> _start;

    private LogStreams(JobRecord job, IProcessTable processes, HomeDirectory home, StreamRelay? relay)
    {
        _main = job.Main.Pid;
        _tcp = job.Tcp is { } tcp ? TcpRule.Parse(tcp) : null;
        _relay = relay;
        _files =
        [
            (FrameKind.Output, home.Output(job.Id, job.Epoch)),
            (FrameKind.Errors, home.Errors(job.Id, job.Epoch)),
            (FrameKind.Input, home.Input(job.Id, job.Epoch)),
        ];
        _isCallers = relay is not null || (job.Streams == JobStreams.Inherit && job.Caller is not null);
        _caller = relay is null && job.Caller is { } caller && processes.IsAlive(caller) ? caller.Pid : null;
        _start = () => LogStart.Of(home, job);
        (_sent[0], _sent[1]) = relay is not null ? relay.From : _start();
    }

    public long OutputSent => _sent[0];

    public long ErrorsSent => _sent[1];

    /// <summary>What is before is not kept of the output, and of the errors. Asked when all was sent, it also covers what was
    /// given back while it was read.</summary>
    public (long Output, long Errors) From
    {
        get
        {
            (long output, long errors) = _start();
            return (Math.Min(output, _sent[0]), Math.Min(errors, _sent[1]));
        }
    }

    /// <summary>Bytes that are to be sent, as things stand now.</summary>
    public long Bytes => Math.Max(0, Length(_files[0].Path) - _sent[0]) + Math.Max(0, Length(_files[1].Path) - _sent[1]);

    /// <param name="relay">Of a job whose streams are relayed to its caller.</param>
    public static LogStreams Of(JobRecord job, IProcessTable processes, HomeDirectory home, StreamRelay? relay = null) =>
        new(job, processes, home, relay);

    /// <summary>The log of whatever job of this home a process is of, as <see cref="Yadokari.Engine.Checkpointing.CaptureOptions.StreamFiles"/>:
    /// for who saves it by its pid.</summary>
    public static IReadOnlyList<string?> FilesOf(int pid, IProcessTable processes, HomeDirectory home) =>
        processes.DescriptorTargets(pid).FirstOrDefault(home.IsLog) is { } log ? [null, .. HomeDirectory.LogsBeside(log)] : [];

    /// <summary>For a file that anyone may resume, with streams of his own.</summary>
    public CaptureOptions CaptureOptions(bool flushFiles) => new()
    {
        StreamFiles = [null, _files[0].Path, _files[1].Path],
        FlushFiles = flushFiles,
        Tcp = _tcp,
    };

    /// <summary>For a host that resumes it: it has a log for the job, and no other streams.</summary>
    public CaptureOptions WithoutCaller(bool flushFiles) => CaptureOptions(flushFiles) with { RefuseOutsideStreams = true };

    /// <summary>For a move: the caller's streams follow the job.</summary>
    public CaptureOptions WithCaller(bool flushFiles) =>
        WithoutCaller(flushFiles) with { StreamsOf = _caller, StreamPipes = _relay?.Pipes ?? [], StreamTerminal = _relay?.TerminalDevice };

    /// <summary>The job stands still: nothing that it or its caller has written stays where it could be overlooked. What is left to
    /// send after that is all there is.</summary>
    /// <returns>How far its caller's streams have come; null: it has none.</returns>
    /// <exception cref="Protocol.Errors.YadoException">The disk could not take it.</exception>
    public RelayedStreams? Settle()
    {
        if (_relay is null)
        {
            // The caller's own descriptors until now: nothing has been relayed yet.
            return _isCallers && _caller is not null ? new RelayedStreams() : null;
        }
        RelayedStreams state = _relay.Seal(_main);
        _sent[2] = state.InputFrom;
        return state;
    }

    /// <summary>Hands over what has been written since the last time; with the input only when it is settled.</summary>
    public void ReadNew(bool settled, Action<FrameKind, long, ReadOnlyMemory<byte>> send)
    {
        (long output, long errors) = _start();
        (_sent[0], _sent[1]) = (Math.Max(_sent[0], output), Math.Max(_sent[1], errors));
        for (int i = 0; i < (settled && _relay is not null ? 3 : 2); i++)
        {
            _sent[i] = ReadNew(_files[i].Path, _sent[i], _files[i].Kind, send);
        }
    }

    private static long ReadNew(string path, long from, FrameKind kind, Action<FrameKind, long, ReadOnlyMemory<byte>> send)
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
            send(kind, from, buffer.AsMemory(0, count));
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
