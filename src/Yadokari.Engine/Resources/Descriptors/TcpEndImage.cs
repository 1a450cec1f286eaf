using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An end of a TCP connection whose other end is in the same job, or closed; or one to outside, which is reset.</summary>
public sealed record TcpEndImage : DescriptorImage
{
    /// <summary>So many bytes can be put back into a connection that is reset then, on any host and as any user.</summary>
    public const int MostUnreadOfReset = 128 << 10;

    /// <summary>AF_* number.</summary>
    public required int Domain { get; init; }

    /// <summary>Its own struct sockaddr; empty: a connection that is over, which has none any more.</summary>
    public required byte[] Address { get; init; }

    /// <summary>struct sockaddr of the other end; empty as <see cref="Address"/>.</summary>
    public required byte[] Peer { get; init; }

    /// <summary>Its inode on the old host.</summary>
    public required ulong Id { get; init; }

    /// <summary>Inode of the other end; 0: closed, or not accepted yet.</summary>
    public required ulong PeerId { get; init; }

    /// <summary>The other end waits at a listening socket of the job to be accepted.</summary>
    public bool Waits { get; init; }

    /// <summary>The other end is outside: it is made as if that had reset the connection.</summary>
    public bool IsReset { get; init; }

    /// <summary>Of one that is reset: the other side had ended its stream before (CLOSE_WAIT).</summary>
    public bool PeerEnded { get; init; }

    /// <summary>What waits to be read here, and what was on its way.</summary>
    public required byte[] Unread { get; init; }

    /// <summary>As of shutdown(2), what this end has done: 1 receiving is shut down, 2 sending is.</summary>
    public required int Shutdown { get; init; }

    /// <summary>SO_REUSEADDR.</summary>
    public bool ReusesAddress { get; init; }

    /// <summary>SO_BUF_LOCK: which buffer sizes the program has set; 1 sending, 2 receiving.</summary>
    public int BuffersLocked { get; init; }

    /// <summary>Whose the socket is; null: of whoever resumes.</summary>
    public FileOwnerImage? SocketOwner { get; init; }

    /// <summary>Classic BPF, struct sock_filter; empty: none.</summary>
    public byte[] Filter { get; init; } = [];

    /// <summary>SO_LOCK_FILTER.</summary>
    public bool FilterLocked { get; init; }

    public required IReadOnlyList<SocketOptionImage> Options { get; init; }

    [JsonIgnore]
    public override string Kind => "socket";

    [JsonIgnore]
    public override string Detail => IsReset ? "tcp to outside, reset" : $"tcp {SocketText.EndPoint(Address)} to {SocketText.EndPoint(Peer)}{(Waits ? ", waiting to be accepted" : PeerId == 0 ? ", other end closed" : "")}";
}
