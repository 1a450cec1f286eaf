namespace Yadokari.Protocol.Hosts;

/// <summary>A host at one moment.</summary>
/// <param name="At">Unix time, milliseconds.</param>
/// <param name="RunQueue">Threads that run or wait for a processor.</param>
/// <param name="CpuUse">Processors in use.</param>
/// <param name="MemoryAvailable">Bytes.</param>
/// <param name="Jobs">Jobs that ran there.</param>
/// <param name="CpuPressure">Per cent (PSI); null where the kernel does not tell.</param>
/// <param name="MemoryPressure">Per cent (PSI); null where the kernel does not tell.</param>
public sealed record LoadSample(
    long At, double RunQueue, double CpuUse, long MemoryAvailable, int Jobs, bool OwnerPresent, double? CpuPressure = null, double? MemoryPressure = null);
