using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One end of a pipe; the access mode in the flags says which. An end that nobody holds is closed again
/// after the resume, so that end of file and EPIPE are as before.</summary>
public sealed record PipeEndImage : DescriptorImage
{
    /// <summary><see cref="PipeImage.Id"/>.</summary>
    public required ulong PipeId { get; init; }

    [JsonIgnore]
    public override string Kind => "pipe";

    [JsonIgnore]
    public override string Detail => $"pipe {PipeId}, {((Flags & 3) switch { 0 => "read", 1 => "write", _ => "both" })} end";
}
