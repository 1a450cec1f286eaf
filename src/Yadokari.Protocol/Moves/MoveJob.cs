namespace Yadokari.Protocol.Moves;

/// <summary>Moves a job to another host.</summary>
/// <param name="Target">Name of a known host, or ADDR:PORT.</param>
/// <param name="HoldSeconds">How long to wait for a program that holds itself in place; null: 30.</param>
/// <param name="Host">The name that the certificate at <paramref name="Target"/> must have; null: as this host knows it.</param>
/// <param name="PatienceSeconds">How long to wait for calls in flight of a service; null: until they end.</param>
/// <param name="Via">A directory that both hosts see, for the image; null: the one that both were told at their start, if any.</param>
/// <param name="Tcp">What becomes of TCP connections to outside: refuse, reset, reset:PORT,PORT…; null: as the job was told at its start.</param>
public sealed record MoveJob(string Target, double? HoldSeconds = null, string? Host = null, double? PatienceSeconds = null, string? Via = null, string? Tcp = null);
