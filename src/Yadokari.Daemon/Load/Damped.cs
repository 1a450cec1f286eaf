namespace Yadokari.Daemon.Load;

/// <summary>An exponentially damped mean, as the kernel's load averages are.</summary>
/// <param name="seconds">After this time an old value has 1/e of its weight left.</param>
internal sealed class Damped(double seconds)
{
    private double? _value;

    /// <summary>The mean with one more value.</summary>
    /// <param name="elapsed">Seconds since the value before.</param>
    public double Add(double value, double elapsed)
    {
        _value = _value is { } old ? value + ((old - value) * Math.Exp(-elapsed / seconds)) : value;
        return _value.Value;
    }
}
