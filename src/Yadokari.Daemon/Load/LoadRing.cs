using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Load;

/// <summary>The last samples of a host; old ones give way. Thread-safe.</summary>
public sealed class LoadRing(int size)
{
    private readonly LoadSample[] _samples = new LoadSample[size];
    private readonly Lock _lock = new();
    private long _count;

    public void Add(LoadSample sample)
    {
        lock (_lock)
        {
            _samples[_count++ % size] = sample;
        }
    }

    /// <summary>Those taken after a moment, oldest first; when there are more than <paramref name="most"/>, the means of neighbours.</summary>
    /// <param name="after">Unix time, milliseconds.</param>
    public IReadOnlyList<LoadSample> Since(long after, int most)
    {
        List<LoadSample> found = [];
        lock (_lock)
        {
            for (long at = Math.Max(0, _count - size); at < _count; at++)
            {
                if (_samples[at % size].At > after)
                {
                    found.Add(_samples[at % size]);
                }
            }
        }
        int together = (found.Count + most - 1) / most;
        return together <= 1 ? found : [.. found.Chunk(together).Select(Mean)];
    }

    private static LoadSample Mean(LoadSample[] samples) => new(
        samples[^1].At,
        samples.Average(s => s.RunQueue),
        samples.Average(s => s.CpuUse),
        (long)samples.Average(s => s.MemoryAvailable),
        (int)Math.Round(samples.Average(s => s.Jobs)),
        samples.Any(s => s.OwnerPresent),
        samples.Average(s => s.CpuPressure),
        samples.Average(s => s.MemoryPressure));
}
