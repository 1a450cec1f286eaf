using System.Text.Json.Serialization;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Numbers of a process for a description that others of its job hold as well, or that is one end of a pipe between
/// them: made once, and handed round.</summary>
public sealed record SharedDescriptorImage : DescriptorImage
{
    private const int Asynchronous = 0x2000; // O_ASYNC

    /// <summary>Which of <see cref="Image.TreeImage.Shared"/>'s descriptions.</summary>
    public required int Index { get; init; }

    /// <summary>For people only.</summary>
    public required string Name { get; init; }

    [JsonIgnore]
    public override string Kind => "shared";

    [JsonIgnore]
    public override string Detail => $"{Name}, shared by processes of the job";

    /// <summary>Whether a description is of a kind that one process makes and all others get by inheritance.</summary>
    public static bool CanShare(DescriptorImage image) =>
        image is PathImage { AfterThreads: false } or PipeEndImage or UnixPairImage or TcpEndImage or SocketImage { Domain: not SocketFacts.Unix }
            or EventFdImage or TimerFdImage or SignalFdImage or CarriedFileDescriptorImage { Travels: false }
        && image is { Owner: 0, Signal: 0, Locks.Count: 0 } && (image.Flags & Asynchronous) == 0;
}
