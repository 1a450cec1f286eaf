using System.Diagnostics;

namespace Yadokari.Conformance;

/// <summary>Waits for a state of the system, with a deadline.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For a program with much to do to come to its end: on a slow machine that takes minutes.</summary>
    public static readonly TimeSpan PatienceWithWork = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks again and again until <paramref name="state"/> holds, the less often the longer it takes: what is waited for needs the
    /// processor as well.</summary>
    /// <param name="patience">How long it may take; <see cref="Patience"/> unless told.</param>
    /// <exception cref="TimeoutException">It took longer; the message is <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> state, Func<string> what, TimeSpan? patience = null)
    {
        TimeSpan limit = patience ?? Patience;
        long start = Stopwatch.GetTimestamp();
        while (!state())
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds:0} s in vain: {what()}");
            }

            Thread.Sleep(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 8, ShortestPause.Ticks, LongestPause.Ticks)));
        }
    }
}
