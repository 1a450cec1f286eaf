using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>Waits for a state of the system, with a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="TimeoutException">It did not come; the message is <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> state, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!state())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"waited {Patience.TotalSeconds:0} s in vain: {what()}");
            }

            Thread.Sleep(10);
        }
    }
}
