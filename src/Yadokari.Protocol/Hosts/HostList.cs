namespace Yadokari.Protocol.Hosts;

/// <summary>The hosts that a daemon knows: itself and its peers.</summary>
public sealed record HostList(HostInfo Self, IReadOnlyList<PeerInfo> Peers);
