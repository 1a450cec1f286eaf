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

    /// <summary>What waits to be read here, in order.</summary>
    public required IReadOnlyList<byte[]> Unread { get; init; }

    /// <summary>1 receiving is shut down, 2 sending is.</summary>
    public required int Shutdown { get; init; }

    public required IReadOnlyList<SocketOptionImage> Options { get; init; }

    /// <summary>Whose the socket is; null: of whoever resumes.</summary>
    public FileOwnerImage? SocketOwner { get; init; }

    /// <summary>Classic BPF, struct sock_filter; empty: none.</summary>
    public byte[] Filter { get; init; } = [];

    /// <summary>SO_LOCK_FILTER.</summary>
    public bool FilterLocked { get; init; }

    [JsonIgnore]
    public override string Kind => "socket";

    [JsonIgnore]
    public override string Detail => PeerId == 0 ? "unix pair, other end closed" : $"unix pair with {PeerId}";
}
