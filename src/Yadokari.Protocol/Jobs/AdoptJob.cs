namespace Yadokari.Protocol.Jobs;

/// <summary>Makes a job of a process that was started without yado. Local API only.</summary>
/// <param name="Pid">As the daemon's host sees it.</param>
/// <param name="Name">Null: made from the program's name.</param>
public sealed record AdoptJob(int Pid, string? Name = null);
