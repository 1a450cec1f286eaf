namespace Yadokari.Protocol.Streams;

/// <summary>How much of a caller's input a host has taken.</summary>
/// <param name="Received">Bytes since the relaying began: the next to send begins there.</param>
/// <param name="Closed">The job reads no more: the rest is nobody's.</param>
public sealed record InputReceived(long Received, bool Closed);
