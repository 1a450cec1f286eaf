using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An eventfd(2).</summary>
public sealed record EventFdImage : DescriptorImage
{
    public required ulong Count { get; init; }

    public required bool Semaphore { get; init; }

    [JsonIgnore]
    public override string Kind => "eventfd";

    [JsonIgnore]
    public override string Detail => $"count {Count}";
}
