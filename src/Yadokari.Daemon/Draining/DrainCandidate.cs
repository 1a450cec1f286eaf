namespace Yadokari.Daemon.Draining;

/// <summary>A host that jobs of a drained one may go to.</summary>
/// <param name="Address">ADDR:PORT.</param>
/// <param name="MemoryFree">Bytes that can be had without swapping.</param>
/// <param name="DiskFree">Bytes free where images arrive.</param>
/// <param name="Cpus">Number of processors, at least 1.</param>
/// <param name="Load">Processes that want to run: the greater of its load average and its jobs.</param>
public sealed record DrainCandidate(string Name, string Address, long MemoryFree, long DiskFree, int Cpus, double Load)
{
    /// <summary>The same host once a job of so many bytes is on its way to it.</summary>
    public DrainCandidate With(long bytes) => this with { MemoryFree = MemoryFree - bytes, DiskFree = DiskFree - bytes, Load = Load + 1 };
}
