using System.Diagnostics;

namespace Yadokari.Daemon.Moves;

/// <summary>Lets bytes pass at a rate that all who share it have together. Thread-safe.</summary>
/// <param name="bytesPerSecond">More than 0.</param>
public sealed class RateLimit(long bytesPerSecond)
{
    private readonly Lock _lock = new();
    private long _nextAt = Stopwatch.GetTimestamp();

    /// <summary>Blocks until so many bytes may be sent.</summary>
    public void Take(int bytes)
    {
        long at;
        lock (_lock)
        {
            at = Math.Max(_nextAt, Stopwatch.GetTimestamp());
            _nextAt = at + (long)((double)bytes / bytesPerSecond * Stopwatch.Frequency);
        }
        TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
        if (wait > TimeSpan.Zero)
        {
            Thread.Sleep(wait);
        }
    }
}
