using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Jobs;

/// <summary>A job in the memory of the daemon.</summary>
public sealed class JobEntry
{
    private volatile JobRecord _record;
    private volatile MoveUnderWay? _underWay;
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

    /// <summary>How far it is on its way to another host; null when it is not.</summary>
    public MoveUnderWay? UnderWay => _underWay;

    /// <summary>Keeps what a move reports in <see cref="UnderWay"/>, and passes it on.</summary>
    /// <param name="to">Name of the target.</param>
    internal IProgress<MoveProgress> Follow(string to, IProgress<MoveProgress> progress) => new Follower(this, to, progress);

    /// <summary>The move is over, however it ended.</summary>
    internal void EndMove() => _underWay = null;

    internal void Replace(JobRecord record)
    {
        _record = record;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private sealed class Follower(JobEntry entry, string to, IProgress<MoveProgress> next) : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value)
        {
            entry._underWay = new MoveUnderWay(to, value.Phase, value.Bytes, value.Total);
            next.Report(value);
        }
    }
}
