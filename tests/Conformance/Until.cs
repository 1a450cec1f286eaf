using System.Diagnostics;

namespace Yadokari.Conformance;

/// <summary>Waits for a state of the system, with a deadline.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Looks every two milliseconds until <paramref name="state"/> holds.</summary>
    /// <exception cref="TimeoutException">It didn't within <see cref="Patience"/>; the message is <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> state, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!state())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"waited {Patience.TotalSeconds:0} s in vain: {what()}");
            }

            Thread.Sleep(2);
        }
    }
}
