using System.Collections.Concurrent;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// What stands in the way of a move of each job, as it was seen a moment ago. Looks are made only when somebody asks, one at a time and behind
/// his back: nobody waits longer for them than <see cref="Patience"/>, and a job that takes long to look at is looked at seldom.
/// </summary>
/// <param name="look">What a move would say now; null: it can't be looked at.</param>
public sealed class MovableBook(Func<JobRecord, IReadOnlyList<ObstacleInfo>?> look, TimeProvider time)
{
    /// <summary>What is older is looked at again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    /// <summary>What is older is not told any more.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    /// <summary>For so long whoever asks waits for looks.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>At most one part in so many of the time goes into looks at one job.</summary>
    private const int Rest = 200;

    private readonly ConcurrentDictionary<string, Seen> _seen = new();
    private readonly Lock _lock = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Has those looked at that were not for a while. Returns soon, also when that is not done.</summary>
    public async Task AskAsync(IReadOnlyCollection<JobRecord> jobs)
    {
        foreach (string gone in _seen.Keys.Except(jobs.Select(KeyOf)))
        {
            _seen.TryRemove(gone, out _);
        }
        JobRecord[] due = [.. jobs.Where(IsDue)];
        if (due.Length == 0)
        {
            return;
        }
        Task looking;
        lock (_lock)
        {
            if (_looking.IsCompleted)
            {
                _looking = Task.Run(() => LookAt(due));
            }
            looking = _looking;
        }
        await Task.WhenAny(looking, Task.Delay(Patience, time)).ConfigureAwait(false);
    }

    /// <summary>Empty: nothing that can be seen; null: it was not looked at yet, or not for long.</summary>
    public IReadOnlyList<ObstacleInfo>? Of(JobRecord job) =>
        _seen.TryGetValue(KeyOf(job), out Seen? seen) && time.GetElapsedTime(seen.At) < Stale ? seen.Obstacles : null;

    private bool IsDue(JobRecord job) =>
        !_seen.TryGetValue(KeyOf(job), out Seen? seen) || time.GetElapsedTime(seen.At) > (seen.Took * Rest > Fresh ? seen.Took * Rest : Fresh);

    private void LookAt(JobRecord[] jobs)
    {
        foreach (JobRecord job in jobs)
        {
            long begun = time.GetTimestamp();
            IReadOnlyList<ObstacleInfo>? obstacles = look(job);
            _seen[KeyOf(job)] = new Seen(obstacles, time.GetTimestamp(), time.GetElapsedTime(begun));
        }
    }

    /// <summary>On each host it is another process.</summary>
    private static string KeyOf(JobRecord job) => $"{job.Id}/{job.Epoch}/{job.Main.Pid}";

    private sealed record Seen(IReadOnlyList<ObstacleInfo>? Obstacles, long At, TimeSpan Took);
}
