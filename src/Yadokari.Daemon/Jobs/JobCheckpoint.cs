using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>A context file from which a job of this host can be resumed as the job that it was.</summary>
/// <param name="At">When the job stood still for it.</param>
/// <param name="OutputLength">Bytes that the output log had then: what it has gained since is written again.</param>
/// <param name="ErrorsLength">Bytes that the error log had then.</param>
/// <param name="ErrorsToOutput">Stream 2 is the output log: of one that an earlier version has made; now the image tells by itself.</param>
/// <param name="FileLength">Bytes.</param>
/// <param name="Written">Bytes that were written for it; 0: not known.</param>
public sealed record JobCheckpoint(
    string Path, DateTimeOffset At, long OutputLength, long ErrorsLength, bool ErrorsToOutput, long FileLength, long Written = 0)
{
    public CheckpointInfo ToInfo() => new(Path, At, FileLength, Written);
}
