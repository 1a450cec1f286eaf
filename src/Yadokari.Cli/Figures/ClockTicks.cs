using System.Globalization;

namespace Yadokari.Cli.Figures;

/// <summary>Marks of a time axis at round clock times.</summary>
public static class ClockTicks
{
    private const int Most = 10;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
        TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(4), TimeSpan.FromDays(7),
    ];

    /// <summary>At most ten, with the text for each.</summary>
    /// <param name="from">Unix time, milliseconds.</param>
    /// <param name="until">Unix time, milliseconds.</param>
    public static IEnumerable<(long At, string Text)> Of(long from, long until, TimeZoneInfo zone)
    {
        TimeSpan length = TimeSpan.FromMilliseconds(until - from);
        TimeSpan step = Steps.FirstOrDefault(s => length / s <= Most, Steps[^1]);
        string format = step < TimeSpan.FromMinutes(1) ? "HH:mm:ss" : step < TimeSpan.FromHours(12) ? "HH:mm" : step < TimeSpan.FromDays(1) ? "MMM d HH:mm" : "MMM d";

        // Round by the clock on the wall: midnight is one where a day begins there.
        DateTime local = TimeZoneInfo.ConvertTimeFromUtc(DateTimeOffset.FromUnixTimeMilliseconds(from).UtcDateTime, zone);
        for (DateTime at = new(local.Ticks / step.Ticks * step.Ticks); ; at += step)
        {
            if (zone.IsInvalidTime(at))
            {
                continue;
            }

            long time = new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(at, zone)).ToUnixTimeMilliseconds();
            if (time > until)
            {
                yield break;
            }

            if (time >= from)
            {
                yield return (time, at.ToString(format, CultureInfo.InvariantCulture));
            }
        }
    }
}
