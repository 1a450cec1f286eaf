namespace Yadokari.Engine.Resources.Process;

/// <summary>Clocks of the process at the freeze, nanoseconds, as the process itself sees them (its time namespace).</summary>
public sealed record ClocksImage(long Monotonic, long Boottime, long Realtime);
