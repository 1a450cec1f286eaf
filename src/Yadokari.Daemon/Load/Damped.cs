namespace Yadokari.Daemon.Load;

/// <summary>An exponentially damped mean, as the kernel's load averages are.</summary>
/// <param name="seconds">After this time an old value has 1/e of its weight left.</param>
/// <param name="start">Where it begins; null: at the first value.</param>
internal sealed class Damped(double seconds, double? start = null)
{
    private double? _value = start;

    /// <summary>The mean with one more value.</summary>
    /// <param name="elapsed">Seconds since the value before.</param>
    public double Add(double value, double elapsed)
    {
        _value = _value is { } old ? value + ((old - value) * Math.Exp(-elapsed / seconds)) : value;
        return _value.Value;
    }
}
