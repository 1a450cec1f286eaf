using Yadokari.Protocol.Drains;

namespace Yadokari.Daemon.Draining;

/// <summary>A drain under way, for those who look on. Thread-safe.</summary>
public sealed class DrainRun
{
    private readonly Lock _lock = new();
    private readonly List<DrainedJob> _jobs;
    private TaskCompletionSource _changed = NewSource();

    internal DrainRun(DrainRecord record)
    {
        Record = record;
        _jobs = [.. record.Jobs];
    }

    /// <summary>What was asked, and when.</summary>
    public DrainRecord Record { get; }

    /// <summary>Jobs that are still to be done with.</summary>
    public int Left { get; private set; }

    /// <summary>The jobs that are done with, in the order in which they were.</summary>
    public IReadOnlyList<DrainedJob> Jobs
    {
        get
        {
            lock (_lock)
            {
                return [.. _jobs];
            }
        }
    }

    /// <summary>Completes when something changes. Fetch it before looking.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Set once, when every job is done with.</summary>
    public DrainReport? Report { get; private set; }

    /// <summary>Why it came to no end: undrained, or the daemon stopped. Null as long as it goes on.</summary>
    public string? GivenUp { get; private set; }

    internal CancellationTokenSource Cancel { get; } = new();

    /// <summary>Completes when nothing of it goes on any more.</summary>
    internal Task Task { get; set; } = Task.CompletedTask;

    internal void Add(DrainedJob job, int left)
    {
        lock (_lock)
        {
            _jobs.Add(job);
            Left = left;
        }
        Tell();
    }

    internal void Expect(int left)
    {
        Left = left;
        Tell();
    }

    internal void Finish(DrainReport report)
    {
        Report = report;
        Tell();
    }

    internal void GiveUp(string reason)
    {
        GivenUp = reason;
        Tell();
    }

    private void Tell() => Interlocked.Exchange(ref _changed, NewSource()).SetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
