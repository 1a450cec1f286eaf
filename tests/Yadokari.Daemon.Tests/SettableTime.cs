using Microsoft.Extensions.Time.Testing;

namespace Yadokari.Daemon.Tests;

/// <summary>Time that passes when it is told, and a wall clock that can be set, as clock_settime(2) sets one and no other.</summary>
internal sealed class SettableTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _set;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _set;

    /// <summary>The base makes timestamps of the wall clock.</summary>
    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

    public void SetWallClock(TimeSpan by) => _set += by;
}
