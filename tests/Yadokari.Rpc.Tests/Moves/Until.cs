using System.Diagnostics;

namespace Yadokari.Rpc.Moves;

/// <summary>Waits for a state, with a deadline that a busy machine meets.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <exception cref="TimeoutException">It did not come; the message is <paramref name="what"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> state, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await state())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"waited {Patience.TotalSeconds:0} s in vain: {what()}");
            }
            await Task.Delay(10);
        }
    }
}
