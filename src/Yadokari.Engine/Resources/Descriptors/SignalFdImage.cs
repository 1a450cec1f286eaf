using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A signalfd(2).</summary>
public sealed record SignalFdImage : DescriptorImage
{
    /// <summary>Bit n−1 is signal n.</summary>
    public required ulong Mask { get; init; }

    [JsonIgnore]
    public override string Kind => "signalfd";

    [JsonIgnore]
    public override string Detail => $"mask {Mask:x}";
}
