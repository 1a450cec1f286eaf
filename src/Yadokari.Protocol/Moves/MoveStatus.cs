namespace Yadokari.Protocol.Moves;

/// <summary>A move as one of its two hosts sees it.</summary>
/// <param name="Verdict">Only the source's counts.</param>
/// <param name="NotVia">Of an offer with <see cref="MoveOffer.Via"/>: why the image has to be sent all the same; null: it is seen there.</param>
/// <param name="Filled">The target's: the job's process had most of its memory before the job stood still.</param>
public sealed record MoveStatus(string MoveId, MovePhase Phase, MoveVerdict Verdict, string? NotVia = null, bool Filled = false);
