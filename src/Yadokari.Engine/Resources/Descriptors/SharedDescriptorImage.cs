using System.Text.Json.Serialization;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Numbers of a process for a description that others of its job hold as well, or that is one end of a pipe between
/// them: made once, and handed round.</summary>
public sealed record SharedDescriptorImage : DescriptorImage
{
    /// <summary>Which of <see cref="Image.TreeImage.Shared"/>'s descriptions.</summary>
    public required int Index { get; init; }

    /// <summary>Of an epoll: what this process has it watch.</summary>
    public IReadOnlyList<EpollTargetImage> Targets { get; init; } = [];

    /// <summary>Of an inotify: what this process sets the masks of, behind the gate.</summary>
    public IReadOnlyList<InotifyWatchImage> Watches { get; init; } = [];

    /// <summary>This process says listen(2) at it again, as the job's user: of a unix socket its clients see who did.</summary>
    public bool Listens { get; init; }

    /// <summary>For people only.</summary>
    public required string Name { get; init; }

    [JsonIgnore]
    public override string Kind => "shared";

    [JsonIgnore]
    public override string Detail => $"{Name}, shared by processes of the job";

    /// <summary>What is made of a description for all: without what needs processes, which they do themselves.</summary>
    public static DescriptorImage Common(DescriptorImage image)
    {
        DescriptorImage bare = image with { Owner = 0, Signal = 0, Locks = [], Flags = IsOfTerminal(image) ? image.Flags : image.Flags & ~O_ASYNC };
        return bare is EpollImage epoll ? epoll with { Targets = [] } : bare;
    }

    /// <summary>Whether a description is of a kind that one process makes and all others get by inheritance.</summary>
    public static bool CanShare(DescriptorImage image) =>
        image is PathImage { AfterThreads: false, AfterRelatives: false } or RemovedDirectoryImage or PipeEndImage or PtyMasterImage or PtySlaveImage or UnixPairImage or TcpEndImage or SocketImage
            or PosixQueueEndImage or EventFdImage or TimerFdImage or SignalFdImage or InotifyImage or EpollImage { Targets.Count: 0 } or CarriedFileDescriptorImage { Travels: false }
        && image is { Owner: 0, Signal: 0, Locks.Count: 0 } && ((image.Flags & O_ASYNC) == 0 || IsOfTerminal(image));

    /// <summary>Which is told to send signals before anybody is there to get some: a terminal would find itself an owner later.</summary>
    private static bool IsOfTerminal(DescriptorImage image) => image is PtyMasterImage or PtySlaveImage;
}
