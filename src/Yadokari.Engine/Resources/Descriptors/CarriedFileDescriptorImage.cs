using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A description of a file whose content travels (memory file, deleted file, one that travels).</summary>
public sealed record CarriedFileDescriptorImage : DescriptorImage
{
    /// <summary><see cref="CarriedFileImage.Id"/>.</summary>
    public required int FileId { get; init; }

    /// <summary>Bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>For people only.</summary>
    public required string Name { get; init; }

    /// <summary>Its path leads to it: it is made there.</summary>
    public bool Travels { get; init; }

    [JsonIgnore]
    public override string Kind => "file";

    [JsonIgnore]
    public override string Detail => Travels ? $"{Name} at {Offset}, opened by pms: travels" : $"{Name}, carried";
}
