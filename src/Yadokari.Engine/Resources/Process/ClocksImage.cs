namespace Yadokari.Engine.Resources.Process;

/// <summary>Clocks of the process at the freeze, nanoseconds, as the process itself sees them (its time namespace).</summary>
public sealed record ClocksImage(long Monotonic, long Boottime, long Realtime)
{
    /// <summary>The same so much later.</summary>
    internal ClocksImage After(TimeSpan span)
    {
        long passed = span.Ticks * TimeSpan.NanosecondsPerTick;
        return new(Monotonic + passed, Boottime + passed, Realtime + passed);
    }
}
