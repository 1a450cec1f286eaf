using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Scheduling;

/// <summary>What a move costs a job, from what earlier moves took: a part that each has, and a part by its bytes. Thread-safe.</summary>
public sealed class MoveCosts
{
    /// <summary>Weight of the newest move.</summary>
    private const double Share = 0.2;

    /// <summary>Moves of fewer bytes say what each move costs, larger ones what a byte costs.</summary>
    private const double SmallBytes = 16 << 20;

    private readonly Lock _lock = new();

    // Until something was measured: a tenth of a second, and a gigabit network.
    private double _each = 0.1;
    private double _perByte = 1 / 120e6;

    public void Note(MoveReport report)
    {
        double seconds = report.TotalMilliseconds / 1000;
        lock (_lock)
        {
            if (report.Bytes < SmallBytes)
            {
                _each += Share * (Math.Max(0, seconds - (report.Bytes * _perByte)) - _each);
            }
            else
            {
                _perByte += Share * ((Math.Max(0, seconds - _each) / report.Bytes) - _perByte);
            }
        }
    }

    /// <summary>Seconds that a move of so many bytes is expected to take.</summary>
    public double Estimate(long bytes)
    {
        lock (_lock)
        {
            return _each + (bytes * _perByte);
        }
    }
}
