namespace Yadokari.Web.Watching;

/// <summary>A host as the page shows it.</summary>
/// <param name="Answers">False: nothing else is known but name and <paramref name="Trouble"/>.</param>
/// <param name="Self">It is the one whose daemon was asked.</param>
/// <param name="Capacity">Processors that jobs may use.</param>
/// <param name="RunQueue">Threads that run or wait for a processor.</param>
/// <param name="CpuUse">Processors in use.</param>
/// <param name="MemoryFree">Bytes.</param>
/// <param name="MemoryTotal">Bytes.</param>
/// <param name="At">Unix time of the load, milliseconds.</param>
public sealed record PageHost(
    string Name, bool Answers, bool Self, double Capacity, double RunQueue, double CpuUse, long MemoryFree, long MemoryTotal, int Jobs, bool Draining,
    bool OwnerPresent, double UptimeSeconds, string? Trouble, long At);
