using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A unix socket whose other end is in the same job, or closed.</summary>
public sealed record UnixPairImage : DescriptorImage
{
    /// <summary>SOCK_* number.</summary>
    public required int Type { get; init; }

    /// <summary>Its inode on the old host.</summary>
    public required ulong Id { get; init; }

    /// <summary>Inode of the other end; 0: closed.</summary>
    public required ulong PeerId { get; init; }

    /// <summary>Its own struct sockaddr, which one that was accepted has from its listener; empty: it has none.</summary>
    public byte[] Name { get; init; } = [];

    /// <summary>The file that stands for the name; null: none, or it is abstract.</summary>
    public string? Path { get; init; }

    /// <summary>Whose that file is; null: it has been removed.</summary>
    public FileOwnerImage? PathOwner { get; init; }

    /// <summary>Where a relative path starts; null for any other name, and where its file is not there any more.</summary>
    public string? Directory { get; init; }

    /// <summary>Where that file has been moved to since; null: nowhere.</summary>
    public string? RenamedTo { get; init; }

    /// <summary>It has connected to a listener of the job, at <see cref="PeerName"/>, and is not accepted yet.</summary>
    public bool Waits { get; init; }

    /// <summary>Among those that wait at one listener, how many are before it.</summary>
    public int Place { get; init; }

    /// <summary>struct sockaddr of the listener that it waits at; else empty.</summary>
    public byte[] PeerName { get; init; } = [];

    /// <summary>Of one that waits: the inode of that listener on the old host.</summary>
    public ulong ListenerId { get; init; }

    /// <summary>What waits to be read here, in order.</summary>
    public required IReadOnlyList<byte[]> Unread { get; init; }

    /// <summary>1 receiving is shut down, 2 sending is.</summary>
    public required int Shutdown { get; init; }

    public required IReadOnlyList<SocketOptionImage> Options { get; init; }

    /// <summary>What comes with messages that wait; only of a socket that the job's processes have together.</summary>
    public IReadOnlyList<InFlightImage> InFlight { get; init; } = [];

    /// <summary>Whose the socket is; null: of whoever resumes.</summary>
    public FileOwnerImage? SocketOwner { get; init; }

    /// <summary>Classic BPF, struct sock_filter; empty: none.</summary>
    public byte[] Filter { get; init; } = [];

    /// <summary>SO_LOCK_FILTER.</summary>
    public bool FilterLocked { get; init; }

    [JsonIgnore]
    public override string Kind => "socket";

    [JsonIgnore]
    public override string Detail => Waits ? $"unix, waiting to be accepted at {SocketText.UnixName(PeerName)}" : PeerId == 0 ? "unix pair, other end closed" : $"unix pair with {PeerId}";
}
