namespace Yadokari.Linux.Proc;

/// <summary>State of a timerfd_create(2) timer.</summary>
/// <param name="ClockId">CLOCK_* number.</param>
/// <param name="Ticks">Expirations not read yet.</param>
/// <param name="SettimeFlags">TFD_TIMER_ABSTIME 1, TFD_TIMER_CANCEL_ON_SET 2.</param>
/// <param name="Value">Nanoseconds until the next expiration; 0 when disarmed or expired for good.</param>
/// <param name="Interval">Nanoseconds between expirations; 0 for a single one.</param>
public sealed record TimerFdInfo(int ClockId, ulong Ticks, uint SettimeFlags, ulong Value, ulong Interval);
