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

    /// <summary>Those taken after a moment, oldest first.</summary>
    /// <param name="after">Unix time, milliseconds.</param>
    public IReadOnlyList<LoadSample> Since(long after)
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
        return found;
    }
}
