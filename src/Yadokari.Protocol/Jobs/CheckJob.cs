namespace Yadokari.Protocol.Jobs;

/// <summary>Asks what a move of a job would say now. Nothing is touched.</summary>
/// <param name="Target">Name of a known host, or ADDR:PORT; null: no host is asked.</param>
public sealed record CheckJob(string? Target = null);
