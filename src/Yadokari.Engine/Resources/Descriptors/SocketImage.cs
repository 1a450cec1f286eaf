using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A socket without a connection: new, bound or listening; of a datagram socket also with a default peer.</summary>
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

    /// <summary>Backlog of a listening socket; null: does not listen.</summary>
    public int? Backlog { get; init; }

    /// <summary>File a unix socket is bound to; null: abstract, or not a unix socket.</summary>
    public string? Path { get; init; }

    /// <summary>Mode of that file; null: it has been removed.</summary>
    public uint? PathMode { get; init; }

    public required IReadOnlyList<SocketOptionImage> Options { get; init; }

    [JsonIgnore]
    public override string Kind => "socket";

    [JsonIgnore]
    public override string Detail => $"{SocketText.Describe(Domain, Type, Address)}{(Backlog is null ? "" : ", listening")}";
}
