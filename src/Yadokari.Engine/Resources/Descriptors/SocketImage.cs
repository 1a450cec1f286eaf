using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A socket without a connection: new, bound, listening, or one whose connection is over; of a datagram socket also with
/// a default peer.</summary>
public sealed record SocketImage : DescriptorImage
{
    /// <summary>AF_* number.</summary>
    public required int Domain { get; init; }

    /// <summary>SOCK_* number.</summary>
    public required int Type { get; init; }

    public required int Protocol { get; init; }

    /// <summary>struct sockaddr to bind to; empty: not bound.</summary>
    public required byte[] Address { get; init; }

    /// <summary>struct sockaddr of a datagram socket's default peer; empty: none.</summary>
    public required byte[] Peer { get; init; }

    /// <summary>Of a unix socket: its inode on the old host.</summary>
    public ulong Id { get; init; }

    /// <summary>Inode of a unix socket's default peer; 0: none.</summary>
    public ulong PeerId { get; init; }

    /// <summary>Of a unix datagram socket: its default peer has been closed, which its next message is told.</summary>
    public bool PeerIsGone { get; init; }

    /// <summary>The host it was saved on did not have its address either (IP_FREEBIND, which may be off again): any other does as well.</summary>
    public bool IsOfNobody { get; init; }

    /// <summary>Backlog of a listening socket; null: does not listen.</summary>
    public int? Backlog { get; init; }

    /// <summary>File a unix socket is bound to; null: abstract, or not a unix socket.</summary>
    public string? Path { get; init; }

    /// <summary>Where a relative path starts; null for any other name, and where its file is not there any more.</summary>
    public string? Directory { get; init; }

    /// <summary>Where that file has been moved to since; null: nowhere.</summary>
    public string? RenamedTo { get; init; }

    /// <summary>What waits to be read at a unix datagram socket.</summary>
    public IReadOnlyList<UnixMessageImage> Unread { get; init; } = [];

    /// <summary>Whose that file is; null: it has been removed.</summary>
    public FileOwnerImage? PathOwner { get; init; }

    /// <summary>Of a listener: its file, when its name may be taken again after the gate, should the job itself have it until then. Null
    /// for any other.</summary>
    public HostFileImage? File { get; init; }

    /// <summary>What comes with messages that wait; only of a socket that the job's processes have together.</summary>
    public IReadOnlyList<InFlightImage> InFlight { get; init; } = [];

    /// <summary>Whose the socket itself is; null: of whoever resumes.</summary>
    public FileOwnerImage? SocketOwner { get; init; }

    /// <summary>1 receiving is shut down, 2 sending is; of TCP 3: a connection that is over.</summary>
    public int Shutdown { get; init; }

    /// <summary>Classic BPF, struct sock_filter; empty: none.</summary>
    public byte[] Filter { get; init; } = [];

    /// <summary>SO_LOCK_FILTER.</summary>
    public bool FilterLocked { get; init; }

    public required IReadOnlyList<SocketOptionImage> Options { get; init; }

    /// <summary>Of a datagram socket: the multicast groups of which it is a member, in the order of the host's.</summary>
    public IReadOnlyList<MulticastImage> Groups { get; init; } = [];

    [JsonIgnore]
    public override string Kind => "socket";

    [JsonIgnore]
    public override string Detail => $"{SocketText.Describe(Domain, Type, Address)}{(Backlog is null ? "" : ", listening")}{(Shutdown == 3 ? ", over" : "")}";
}
