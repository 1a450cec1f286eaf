using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The master of a pseudoterminal.</summary>
public sealed record PtyMasterImage : DescriptorImage
{
    /// <summary><see cref="PseudoTerminalImage.Number"/>.</summary>
    public required int Terminal { get; init; }

    [JsonIgnore]
    public override string Kind => "pty";

    [JsonIgnore]
    public override string Detail => $"master of /dev/pts/{Terminal}";
}
