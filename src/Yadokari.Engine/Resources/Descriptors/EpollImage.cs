using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An epoll(7) instance.</summary>
public sealed record EpollImage : DescriptorImage
{
    public required IReadOnlyList<EpollTargetImage> Targets { get; init; }

    [JsonIgnore]
    public override string Kind => "epoll";

    [JsonIgnore]
    public override string Detail => $"{Targets.Count} descriptors";
}
