using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>A job in the memory of the daemon.</summary>
public sealed class JobEntry
{
    private volatile JobRecord _record;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal JobEntry(JobRecord record) => _record = record;

    /// <summary>What the store holds too.</summary>
    public JobRecord Record => _record;

    /// <summary>Held by whoever moves, saves, signals or buries the job.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Held by whoever speaks with a program that knows it moves; taken before <see cref="Gate"/>, so that the
    /// job can be signalled while a capture waits for its consent.</summary>
    public SemaphoreSlim Conversation { get; } = new(1, 1);

    /// <summary>Its shell is a child of this process and must be reaped.</summary>
    public bool IsChild { get; internal set; }

    /// <summary>Completes when the record changes. Fetch it before looking at the record.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    internal void Replace(JobRecord record)
    {
        _record = record;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
