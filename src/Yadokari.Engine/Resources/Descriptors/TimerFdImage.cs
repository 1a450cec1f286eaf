using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A timerfd_create(2) timer.</summary>
public sealed record TimerFdImage : DescriptorImage
{
    public required int ClockId { get; init; }

    /// <summary>TFD_TIMER_* flags for timerfd_settime.</summary>
    public required uint SettimeFlags { get; init; }

    /// <summary>Nanoseconds: with TFD_TIMER_ABSTIME since 1970, else until the expiration; 0: disarmed.</summary>
    public required ulong Value { get; init; }

    /// <summary>Nanoseconds; 0: once.</summary>
    public required ulong Interval { get; init; }

    /// <summary>Expirations not read yet.</summary>
    public required ulong Ticks { get; init; }

    [JsonIgnore]
    public override string Kind => "timerfd";

    [JsonIgnore]
    public override string Detail => Value == 0 ? "disarmed" : $"clock {ClockId}, {Value} ns";
}
