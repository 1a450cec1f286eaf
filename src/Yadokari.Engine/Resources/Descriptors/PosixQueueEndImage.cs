using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A POSIX message queue that is open.</summary>
public sealed record PosixQueueEndImage : DescriptorImage
{
    /// <summary><see cref="PosixQueueImage.Id"/>.</summary>
    public required ulong Queue { get; init; }

    /// <summary>Where read(2) goes on with what the queue tells of itself.</summary>
    public long Offset { get; init; }

    /// <summary>For people only.</summary>
    public required string Name { get; init; }

    [JsonIgnore]
    public override string Kind => "message-queue";

    [JsonIgnore]
    public override string Detail => $"POSIX message queue /{Name}";
}
