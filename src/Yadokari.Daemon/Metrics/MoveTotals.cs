using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Metrics;

/// <summary>What the moves away from this host came to since its daemon was started. Thread-safe.</summary>
public sealed class MoveTotals
{
    private readonly Lock _lock = new();
    private (long Count, double DowntimeSeconds, double Seconds, long Bytes) _sum;

    public (long Count, double DowntimeSeconds, double Seconds, long Bytes) Sum
    {
        get
        {
            lock (_lock)
            {
                return _sum;
            }
        }
    }

    public void Note(MoveReport report)
    {
        lock (_lock)
        {
            _sum = (
                _sum.Count + 1,
                _sum.DowntimeSeconds + (report.DowntimeMilliseconds / 1000),
                _sum.Seconds + (report.TotalMilliseconds / 1000),
                _sum.Bytes + report.Bytes);
        }
    }
}
