using System.Diagnostics;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>The engine's sink on one side, frames to the target on the other; counts and reports as it goes.</summary>
/// <param name="wantsLayout">The target hears of each byte of the image, and can fill a process with it.</param>
/// <param name="arrived">Returns when the target has that many rounds, in what it fills as well.</param>
public sealed class ImageSender(
    IImageStream stream, IProgress<MoveProgress> progress, long expected, bool wantsLayout, RateLimit? rate, Action<int> arrived) : IImageSink
{
    /// <summary>Bytes that have been filled in before an answer could say so.</summary>
    private const long WorthAsking = 4 << 20;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);
    private int _round = 1;
    private long _arrived;
    private long _lastReport = Stopwatch.GetTimestamp();

    /// <summary>Payload bytes sent.</summary>
    public long Bytes { get; private set; }

    public MovePhase Phase { get; set; } = MovePhase.Copying;

    /// <summary>Sends what the logs have gained since the last time.</summary>
    /// <param name="settled">The job stands still (<see cref="LogStreams.Settle"/>).</param>
    public void SendLogs(LogStreams logs, bool settled) => logs.ReadNew(settled, (kind, offset, bytes) => Send(kind, offset, bytes.Span));

    bool IImageSink.WantsLayout => wantsLayout;

    /// <summary>The end of a round: the target brings to its disk what it has. One that takes longer to fill a process than to receive would
    /// have rounds in hand when the job stops, and it would stand still for them.</summary>
    void IImageSink.Flush()
    {
        Send(FrameKind.Flush, 0, []);
        if (wantsLayout && Bytes - _arrived >= WorthAsking)
        {
            arrived(_round);
            _arrived = Bytes;
        }
        _round++;
    }

    void IImageSink.Tell(ReadOnlySpan<byte> layout) => Send(FrameKind.Layout, 0, layout);

    void IImageSink.Write(long offset, ReadOnlySpan<byte> bytes) => Send(FrameKind.Image, offset, bytes);

    private void Send(FrameKind kind, long offset, ReadOnlySpan<byte> bytes)
    {
        rate?.Take(bytes.Length);
        stream.Write(kind, offset, bytes);
        Bytes += bytes.Length;
        if (Stopwatch.GetElapsedTime(_lastReport) >= ReportInterval)
        {
            _lastReport = Stopwatch.GetTimestamp();
            progress.Report(new MoveProgress { Phase = Phase, Round = _round, Bytes = Bytes, Total = Math.Max(Bytes, expected) });
        }
    }
}
