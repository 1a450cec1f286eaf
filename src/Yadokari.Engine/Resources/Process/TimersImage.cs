namespace Yadokari.Engine.Resources.Process;

/// <summary>Interval timers (setitimer(2)) and POSIX timers (timer_create(2)).</summary>
public sealed record TimersImage
{
    /// <summary>ITIMER_REAL, VIRTUAL, PROF: struct itimerval, 32 bytes each.</summary>
    public required IReadOnlyList<byte[]> Intervals { get; init; }

    public required IReadOnlyList<PosixTimerImage> Posix { get; init; }
}
