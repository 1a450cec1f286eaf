using System.Text.Json.Serialization;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One open file description and the descriptor numbers that refer to it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PathImage), "path")]
[JsonDerivedType(typeof(RemovedDirectoryImage), "removed-directory")]
[JsonDerivedType(typeof(CarriedFileDescriptorImage), "carried-file")]
[JsonDerivedType(typeof(TerminalImage), "terminal")]
[JsonDerivedType(typeof(PtyMasterImage), "pty-master")]
[JsonDerivedType(typeof(PtySlaveImage), "pty-slave")]
[JsonDerivedType(typeof(InheritedStreamImage), "inherited-stream")]
[JsonDerivedType(typeof(PipeEndImage), "pipe")]
[JsonDerivedType(typeof(PosixQueueEndImage), "message-queue")]
[JsonDerivedType(typeof(EventFdImage), "eventfd")]
[JsonDerivedType(typeof(EpollImage), "epoll")]
[JsonDerivedType(typeof(TimerFdImage), "timerfd")]
[JsonDerivedType(typeof(SignalFdImage), "signalfd")]
[JsonDerivedType(typeof(InotifyImage), "inotify")]
[JsonDerivedType(typeof(PidFdImage), "pidfd")]
[JsonDerivedType(typeof(UnixPairImage), "unix-pair")]
[JsonDerivedType(typeof(SocketImage), "socket")]
[JsonDerivedType(typeof(TcpEndImage), "tcp")]
[JsonDerivedType(typeof(SharedDescriptorImage), "shared")]
public abstract record DescriptorImage
{
    /// <summary>At least one, ascending.</summary>
    public required IReadOnlyList<DescriptorNumber> Numbers { get; init; }

    /// <summary>Access mode and status flags (F_GETFL).</summary>
    public required int Flags { get; init; }

    /// <summary>F_GETOWN: who gets SIGIO; a process when positive, a group when negative, in the job's own numbers.</summary>
    public int Owner { get; init; }

    /// <summary>F_GETSIG; 0 for SIGIO.</summary>
    public int Signal { get; init; }

    /// <summary>Locks taken through this description.</summary>
    public IReadOnlyList<FileLock> Locks { get; init; } = [];

    /// <summary>One word for people.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>What it leads to, for people.</summary>
    [JsonIgnore]
    public abstract string Detail { get; }
}
