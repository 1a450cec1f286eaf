using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An inotify(7) instance in which no event waits.</summary>
public sealed record InotifyImage : DescriptorImage
{
    /// <summary>By ascending number.</summary>
    public IReadOnlyList<InotifyWatchImage> Watches { get; init; } = [];

    [JsonIgnore]
    public override string Kind => "inotify";

    [JsonIgnore]
    public override string Detail => Watches.Count == 0 ? "no watch" : string.Join(", ", Watches.Select(watch => watch.Path));
}
