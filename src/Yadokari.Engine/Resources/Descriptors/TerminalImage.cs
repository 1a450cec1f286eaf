using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A terminal: becomes the terminal of whoever resumes. Numbers 0–2 become the resumer's streams.</summary>
public sealed record TerminalImage : DescriptorImage
{
    public required string Path { get; init; }

    /// <summary>struct termios: raw or not, echo …, as its program has set it; null: not known.</summary>
    public byte[]? Settings { get; init; }

    /// <summary>Rows of the window; 0: not known.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the window.</summary>
    public int Columns { get; init; }

    [JsonIgnore]
    public override string Kind => "terminal";

    [JsonIgnore]
    public override string Detail => $"{Path}, becomes the resumer's";
}
