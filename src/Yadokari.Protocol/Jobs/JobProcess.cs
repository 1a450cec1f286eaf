namespace Yadokari.Protocol.Jobs;

/// <summary>A process of a job.</summary>
/// <param name="Pid">As its host sees it.</param>
/// <param name="Parent">Pid of its parent.</param>
/// <param name="Name">What the kernel calls it, up to 15 characters.</param>
/// <param name="State">R, S, D, T, t or Z, as in proc_pid_stat(5).</param>
/// <param name="MemoryBytes">Resident set.</param>
/// <param name="CpuSeconds">Processor time used.</param>
public sealed record JobProcess(int Pid, int Parent, string Name, string State, int Threads, long MemoryBytes, double CpuSeconds);
