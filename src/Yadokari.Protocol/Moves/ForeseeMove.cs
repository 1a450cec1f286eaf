namespace Yadokari.Protocol.Moves;

/// <summary>A source asks a host what would stand in the way of taking a job; nothing is changed by it.</summary>
/// <param name="Needs">What the job needs, as far as the source can see while it runs; in the words of one version of yado.</param>
public sealed record ForeseeMove(MoveOffer Offer, byte[] Needs);
