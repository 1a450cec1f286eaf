namespace Yadokari.Daemon.Draining;

/// <summary>How long a drain has been going on. The monotonic clock's time: one that is set makes it neither hurry nor wait. Only
/// what passed before a restart of the daemon is known by the wall clock alone, and is never less than nothing.</summary>
public sealed class DrainClock
{
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly TimeSpan _before;

    public DrainClock(DateTimeOffset started, TimeProvider time)
    {
        _time = time;
        _begun = time.GetTimestamp();
        TimeSpan before = time.GetUtcNow() - started;
        _before = before > TimeSpan.Zero ? before : TimeSpan.Zero;
    }

    /// <summary>Since it was asked for, with the time in which no daemon ran.</summary>
    public TimeSpan Passed => _before + _time.GetElapsedTime(_begun);
}
