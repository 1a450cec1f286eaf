using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>A move as the journal keeps it.</summary>
/// <param name="PeerName">The other host.</param>
/// <param name="PeerAddress">ADDR:PORT of the other host.</param>
public sealed record MoveRecord(MoveRole Role, MoveOffer Offer, string PeerName, string PeerAddress, MoveState State)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public string Id => Offer.MoveId;

    /// <summary>Where the other host must be found.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Protocol.Hosts.HostPlace Peer => new(PeerAddress, PeerName);
}
