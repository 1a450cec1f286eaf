namespace Yadokari.Protocol.Jobs;

/// <summary>A checkpoint from which a job can be resumed.</summary>
/// <param name="Path">The context file.</param>
/// <param name="At">When the job stood still for it.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Written">Bytes that were written for it: less where it was written over an earlier one; 0: not known.</param>
public sealed record CheckpointInfo(string Path, DateTimeOffset At, long Bytes, long Written = 0);
