namespace Yadokari.Scheduling;

/// <summary>Numbers drawn from a seed: the same seed, the same numbers, in every version of the runtime.
/// SplitMix64 (Steele, Lea, Flood 2014).</summary>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 to <paramref name="bound"/> − 1.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        // The bias of the multiplication is below bound / 2^64.
        return (int)Math.BigMul(NextWord(), (ulong)bound, out _);
    }

    /// <summary>0 ≤ value &lt; 1.</summary>
    public double NextDouble() => (NextWord() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Up to <paramref name="count"/> different ones, in the order drawn.</summary>
    public IReadOnlyList<T> Draw<T>(IEnumerable<T> from, int count)
    {
        List<T> left = [.. from];
        List<T> drawn = [];
        while (drawn.Count < count && left.Count > 0)
        {
            int at = Next(left.Count);
            drawn.Add(left[at]);
            left.RemoveAt(at);
        }
        return drawn;
    }

    private ulong NextWord()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
