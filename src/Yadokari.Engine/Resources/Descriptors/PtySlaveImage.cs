using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The side of a pseudoterminal at which programs run, opened once.</summary>
public sealed record PtySlaveImage : DescriptorImage
{
    /// <summary><see cref="PseudoTerminalImage.Number"/>.</summary>
    public required int Terminal { get; init; }

    [JsonIgnore]
    public override string Kind => "pty";

    [JsonIgnore]
    public override string Detail => $"/dev/pts/{Terminal}";
}
