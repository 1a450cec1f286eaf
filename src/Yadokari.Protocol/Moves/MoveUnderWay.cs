namespace Yadokari.Protocol.Moves;

/// <summary>How far a job is on its way to another host.</summary>
/// <param name="To">Name of that host.</param>
/// <param name="Bytes">Sent so far.</param>
/// <param name="Total">Bytes expected; 0 when not known yet.</param>
public sealed record MoveUnderWay(string To, MovePhase Phase, long Bytes, long Total);
