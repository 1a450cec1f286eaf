using Yadokari.Engine.Resources.Descriptors;

namespace Yadokari.Engine.Resources.Process;

/// <summary>What an IPC namespace of the job's own holds besides memory (that is among the shared objects of its tree). A job that
/// has none of its own, and no such object, has no such image.</summary>
public sealed record IpcImage
{
    public IReadOnlyList<SemaphoreSetImage> Semaphores { get; init; } = [];

    public IReadOnlyList<MessageQueueImage> Queues { get; init; } = [];

    public IReadOnlyList<PosixQueueImage> PosixQueues { get; init; } = [];
}
