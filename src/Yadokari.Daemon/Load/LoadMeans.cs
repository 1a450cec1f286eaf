using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Load;

/// <summary>Several samples as one.</summary>
public static class LoadMeans
{
    /// <summary>The mean of at least one sample.</summary>
    /// <param name="at">Unix time that it gets, milliseconds.</param>
    public static LoadSample Of(IReadOnlyCollection<LoadSample> samples, long at) => new(
        at,
        samples.Average(s => s.RunQueue),
        samples.Average(s => s.CpuUse),
        (long)samples.Average(s => s.MemoryAvailable),
        (int)Math.Round(samples.Average(s => s.Jobs)),
        samples.Any(s => s.OwnerPresent),
        samples.Average(s => s.CpuPressure),
        samples.Average(s => s.MemoryPressure));

    /// <summary>Means of spans of equal length, where there are more samples than wanted. A span without samples has none: a time in
    /// which nobody looked stays a gap.</summary>
    /// <param name="samples">Oldest first.</param>
    /// <param name="after">Where the first span begins, Unix time in milliseconds.</param>
    /// <param name="until">Where the last one ends.</param>
    public static IReadOnlyList<LoadSample> InSpans(IReadOnlyList<LoadSample> samples, long after, long until, int most)
    {
        if (samples.Count <= most)
        {
            return samples;
        }
        long span = Math.Max(1, (until - after + most - 1) / most);
        return [.. samples.GroupBy(s => Math.Clamp((s.At - after) / span, 0, most - 1)).Select(g => Of([.. g], g.Last().At))];
    }
}
