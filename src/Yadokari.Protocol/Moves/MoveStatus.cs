namespace Yadokari.Protocol.Moves;

/// <summary>A move as one of its two hosts sees it.</summary>
/// <param name="Verdict">Only the source's counts.</param>
public sealed record MoveStatus(string MoveId, MovePhase Phase, MoveVerdict Verdict);
