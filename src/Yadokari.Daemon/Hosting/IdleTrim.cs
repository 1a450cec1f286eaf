using System.Runtime.CompilerServices;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Daemon.Hosting;

/// <summary>Gives back what a daemon needed for a start or an act and does not need while it waits: garbage, and pages of code.
/// Done once each time it has come to rest.</summary>
internal static class IdleTrim
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>Of the time between two looks; the daemon counts as resting below it.</summary>
    private const double Rest = 0.05;

    /// <summary>Processor time in which something worth giving back may have piled up.</summary>
    private static readonly TimeSpan Much = TimeSpan.FromMilliseconds(200);

    /// <summary>Goes on until the daemon stops.</summary>
    public static async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan trimmed = TimeSpan.Zero;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        TimeSpan wait = Soon;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(wait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TimeSpan now = Environment.CpuUsage.TotalTime;
            if (now - before < wait * Rest && (trimmed == TimeSpan.Zero || now - trimmed > Much))
            {
                Trim();
                now = trimmed = Environment.CpuUsage.TotalTime;
            }
            before = now;
            wait = trimmed == TimeSpan.Zero ? Soon : Look;
        }
    }

    private static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            OwnText.Forget();
        }
    }
}
