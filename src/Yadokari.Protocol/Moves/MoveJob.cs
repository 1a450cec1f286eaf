namespace Yadokari.Protocol.Moves;

/// <summary>Moves a job to another host.</summary>
/// <param name="Target">Name of a known host, or ADDR:PORT.</param>
public sealed record MoveJob(string Target);
