using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>Waits for a state of the system, with a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(150);

    /// <summary>Looks again and again. To look is often a command of its own: no more than half of the time goes into that, and the longer
    /// it takes the less often is looked, since what is waited for needs the processor as well.</summary>
    /// <exception cref="TimeoutException">It did not come; the message is <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> state, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        for (long look = start; !state(); look = Stopwatch.GetTimestamp())
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > Patience)
            {
                throw new TimeoutException($"waited {Patience.TotalSeconds:0} s in vain: {what()}");
            }

            TimeSpan pause = TimeSpan.FromTicks(Math.Max(Stopwatch.GetElapsedTime(look).Ticks, waited.Ticks / 8));
            Thread.Sleep(TimeSpan.FromTicks(Math.Clamp(pause.Ticks, ShortestPause.Ticks, LongestPause.Ticks)));
        }
    }
}
