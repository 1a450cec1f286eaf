namespace Yadokari.Protocol.Jobs;

/// <param name="FileLength">Bytes.</param>
/// <param name="MemoryBytes">Bytes of process memory in the file.</param>
/// <param name="FrozenMilliseconds">How long the job stood still.</param>
public sealed record CheckpointResult(string Path, long FileLength, long MemoryBytes, int Threads, double FrozenMilliseconds);
