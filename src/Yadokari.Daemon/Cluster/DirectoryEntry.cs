namespace Yadokari.Daemon.Cluster;

/// <summary>Where a job is.</summary>
/// <param name="Host">Name of the host that has it.</param>
/// <param name="Address">ADDR:PORT of that host.</param>
/// <param name="Epoch">That of the job's record on that host.</param>
/// <param name="Move">The move that brought it there; null: it was started there.</param>
public sealed record DirectoryEntry(string Job, string Name, string Host, string Address, int Epoch, string? Move);
