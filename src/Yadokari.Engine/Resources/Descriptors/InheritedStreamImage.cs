using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A description with a number among 0–2 that becomes the resumer's stream; its other numbers become copies of it.</summary>
public sealed record InheritedStreamImage : DescriptorImage
{
    /// <summary>0, 1 or 2: the resumer's stream that numbers above 2 copy.</summary>
    public required int Stream { get; init; }

    /// <summary>Every number is a copy of that stream, also one among 0–2 (as after <c>2&gt;&amp;1</c>).</summary>
    public bool Exact { get; init; }

    /// <summary>What it was.</summary>
    public required string Was { get; init; }

    [JsonIgnore]
    public override string Kind => "stream";

    [JsonIgnore]
    public override string Detail => $"{Was}, becomes the resumer's stream {Stream}";
}
