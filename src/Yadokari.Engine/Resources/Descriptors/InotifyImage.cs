using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An inotify(7) instance without a watch.</summary>
public sealed record InotifyImage : DescriptorImage
{
    [JsonIgnore]
    public override string Kind => "inotify";

    [JsonIgnore]
    public override string Detail => "no watch";
}
