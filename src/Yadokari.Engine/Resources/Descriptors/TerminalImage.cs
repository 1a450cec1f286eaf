using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A terminal: becomes the terminal of whoever resumes. Numbers 0–2 become the resumer's streams.</summary>
public sealed record TerminalImage : DescriptorImage
{
    public required string Path { get; init; }

    [JsonIgnore]
    public override string Kind => "terminal";

    [JsonIgnore]
    public override string Detail => $"{Path}, becomes the resumer's";
}
