using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Numbers of a process for a description that others of its job hold as well, or that is one end of a pipe between
/// them: made once, and handed round.</summary>
public sealed record SharedDescriptorImage : DescriptorImage
{
    /// <summary>Which of <see cref="Image.TreeImage.Shared"/>'s descriptions.</summary>
    public required int Index { get; init; }

    /// <summary>For people only.</summary>
    public required string Name { get; init; }

    [JsonIgnore]
    public override string Kind => "shared";

    [JsonIgnore]
    public override string Detail => $"{Name}, shared by processes of the job";
}
