using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Streams;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Api;

/// <summary>Sends a job's log as frames, and goes on while the job writes.</summary>
public sealed class LogStreamer(HomeDirectory home)
{
    private const int PieceBytes = 1 << 16;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    /// <summary>Where to begin so that only the last lines, or what was written since a moment, are sent: whichever is less.</summary>
    /// <param name="output">Where in the output to begin at the earliest.</param>
    /// <param name="errors">Where in the errors to begin at the earliest.</param>
    /// <param name="tail">Lines of the output, and of the errors; null: all.</param>
    /// <param name="since">Null: whenever.</param>
    public (long Output, long Errors) Begin(JobRecord job, long output, long errors, long? tail, DateTimeOffset? since)
    {
        if (since is { } moment)
        {
            (long Output, long Errors) then = LogClock.OffsetsAt(home, job.Id, job.Epoch, moment);
            (output, errors) = (Math.Max(output, then.Output), Math.Max(errors, then.Errors));
        }
        if (tail is not { } lines)
        {
            return (output, errors);
        }
        (long Output, long Errors) start = LogStart.Of(home, job);
        return (
            Math.Max(output, LastLines(home.Output(job.Id, job.Epoch), start.Output, lines)),
            Math.Max(errors, LastLines(home.Errors(job.Id, job.Epoch), start.Errors, lines)));
    }

    /// <param name="output">Where in the output to begin.</param>
    /// <param name="errors">Where in the errors to begin.</param>
    /// <param name="follow">Until the job is over here; else up to the present end.</param>
    public async Task StreamAsync(JobEntry job, Stream destination, bool follow, long output, long errors, CancellationToken cancellation)
    {
        JobRecord first = job.Record;
        // Held open: the files of a job that moves away are removed.
        using SafeFileHandle? outputFile = TryOpen(home.Output(first.Id, first.Epoch));
        using SafeFileHandle? errorsFile = TryOpen(home.Errors(first.Id, first.Epoch));
        if (first.Streams == JobStreams.Relayed && StreamRelay.StateOf(home, first.Id, first.Epoch) is { } relayed)
        {
            // What its caller has taken is kept no longer.
            (output, errors) = (Math.Max(output, relayed.OutputFrom), Math.Max(errors, relayed.ErrorsFrom));
        }
        (long Output, long Errors) start = default;
        byte[] buffer = new byte[FrameHeader.Size + PieceBytes];
        long lastSent = Environment.TickCount64;
        while (true)
        {
            Task changed = job.Changed;
            // Looked at before the files are read: what a job wrote before it was over is not missed.
            bool last = !follow || (!job.Record.IsHere && !JobReviver.Wants(job.Record)) || job.Record.Epoch != first.Epoch;
            long before = output + errors;
            output = await SendAsync(FrameKind.Output, outputFile, output, () => Start().Output, buffer, destination, cancellation).ConfigureAwait(false);
            errors = await SendAsync(FrameKind.Errors, errorsFile, errors, () => Start().Errors, buffer, destination, cancellation).ConfigureAwait(false);
            if (last)
            {
                await WriteAsync(new FrameHeader(FrameKind.End, 0, 0), buffer, destination, cancellation).ConfigureAwait(false);
                return;
            }
            if (output + errors != before)
            {
                lastSent = Environment.TickCount64;
                await destination.FlushAsync(cancellation).ConfigureAwait(false);
            }
            else if (Environment.TickCount64 - lastSent > SignOfLife.TotalMilliseconds)
            {
                lastSent = Environment.TickCount64;
                await WriteAsync(new FrameHeader(FrameKind.Alive, 0, 0), buffer, destination, cancellation).ConfigureAwait(false);
                await destination.FlushAsync(cancellation).ConfigureAwait(false);
            }
            await Task.WhenAny(changed, Task.Delay(Look, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }

        // What is noted goes with the files, which are read to their end.
        (long Output, long Errors) Start() => start = LogStart.Find(home, first) ?? start;
    }

    /// <summary>Up to the present end. A frame without content says that what is before it is no longer kept.</summary>
    /// <param name="start">From where on it is kept now.</param>
    private static async Task<long> SendAsync(
        FrameKind kind, SafeFileHandle? file, long offset, Func<long> start, byte[] buffer, Stream destination, CancellationToken cancellation)
    {
        if (file is null)
        {
            return offset;
        }
        // A log that the job has truncated goes on from its new end.
        offset = Math.Min(offset, RandomAccess.GetLength(file));
        while (true)
        {
            int count = RandomAccess.Read(file, buffer.AsSpan(FrameHeader.Size), offset);
            if (count == 0)
            {
                return offset;
            }
            // Asked after it was read: nothing that was given back meanwhile is sent, it reads as zeros.
            if (start() is var kept && kept > offset)
            {
                offset = kept;
                await WriteAsync(new FrameHeader(kind, offset, 0), buffer, destination, cancellation).ConfigureAwait(false);
                continue;
            }
            await WriteAsync(new FrameHeader(kind, offset, count), buffer, destination, cancellation).ConfigureAwait(false);
            offset += count;
        }
    }

    /// <summary>Where the last lines of a file begin; a last line without its end is one.</summary>
    /// <param name="start">From where on it is kept.</param>
    private static long LastLines(string path, long start, long lines)
    {
        using SafeFileHandle? file = TryOpen(path);
        if (file is null)
        {
            return 0;
        }
        long end = RandomAccess.GetLength(file);
        byte[] piece = new byte[PieceBytes];
        long ends = 0;
        for (long before = end; before > start;)
        {
            long from = Math.Max(start, before - PieceBytes);
            int count = RandomAccess.Read(file, piece.AsSpan(0, (int)(before - from)), from);
            for (int at = count - 1; at >= 0; at--)
            {
                // The very last byte ends the last line, and is not between two.
                if (piece[at] == '\n' && from + at != end - 1 && ++ends >= lines)
                {
                    return lines == 0 ? end : from + at + 1;
                }
            }
            before = from;
        }
        return lines == 0 ? end : 0;
    }

    private static ValueTask WriteAsync(FrameHeader header, byte[] buffer, Stream destination, CancellationToken cancellation)
    {
        header.Write(buffer);
        return destination.WriteAsync(buffer.AsMemory(0, FrameHeader.Size + header.Length), cancellation);
    }

    private static SafeFileHandle? TryOpen(string path) =>
        File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
}
