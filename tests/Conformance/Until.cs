using System.Diagnostics;

namespace Yadokari.Conformance;

/// <summary>Waits for a state of the system, with a deadline.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For a program with much to do to come to its end: on a slow machine that takes minutes.</summary>
    public static readonly TimeSpan PatienceWithWork = TimeSpan.FromMinutes(5);

    /// <summary>Looks every two milliseconds until <paramref name="state"/> holds.</summary>
    /// <param name="patience">How long it may take; <see cref="Patience"/> unless told.</param>
    /// <exception cref="TimeoutException">It took longer; the message is <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> state, Func<string> what, TimeSpan? patience = null)
    {
        TimeSpan limit = patience ?? Patience;
        long start = Stopwatch.GetTimestamp();
        while (!state())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds:0} s in vain: {what()}");
            }

            Thread.Sleep(2);
        }
    }
}
