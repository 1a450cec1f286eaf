namespace Yadokari.Protocol.Jobs;

/// <summary>Asks what a move of a job would say now. Nothing is touched.</summary>
/// <param name="Target">Name of a known host, or ADDR:PORT; null: no host is asked.</param>
/// <param name="Tcp">As <see cref="Moves.MoveJob.Tcp"/>.</param>
public sealed record CheckJob(string? Target = null, string? Tcp = null);
