using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Draining;

/// <summary>One drain's way with one job: to the best host; to the next one when that refuses; else a context file.
/// Thread-safe: several jobs at once share what is known of the hosts.</summary>
internal sealed partial class JobDrainer(IDrainedHost host, HostSelf self, DrainRecord drain, DrainClock clock, ILogger logger)
{
    /// <summary>The part of the time that is for moving; the rest is for saving what could not move.</summary>
    private const double MovingShare = 0.75;

    /// <summary>How long a host is tried again after its connection broke: its daemon may be on its way up again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long a host is asked again that does not say whether it takes jobs: it may be busy, with those of this drain too.</summary>
    private static readonly TimeSpan SilencePatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TimeSpan> _brokenSince = [];
    private readonly Dictionary<string, TimeSpan> _silentSince = [];
    private List<DrainCandidate> _hosts = [];
    private TimeSpan? _askedAt;

    public async Task<DrainedJob> DrainAsync(JobEntry job, CancellationToken cancellation)
    {
        HashSet<string> refused = [];
        string why = "";
        if (self.Address is null)
        {
            return Over(job) ?? await SaveAsync(job, "this host has no address for others", cancellation).ConfigureAwait(false);
        }
        using CancellationTokenSource moving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (drain.Request.WithinSeconds is { } within)
        {
            moving.CancelAfter(Positive(TimeSpan.FromSeconds(within * MovingShare) - clock.Passed));
        }
        try
        {
            while (true)
            {
                if (Over(job) is { } over)
                {
                    return over;
                }
                moving.Token.ThrowIfCancellationRequested();
                long bytes = host.BytesOf(job.Record);
                DrainCandidate? target = await ClaimAsync(bytes, refused, moving.Token).ConfigureAwait(false);
                if (target is null)
                {
                    if (!MayComeBack(refused))
                    {
                        why = why.Length > 0 ? why : "no other host with room takes jobs";
                        break;
                    }
                    await Task.Delay(Again, moving.Token).ConfigureAwait(false);
                    continue;
                }
                try
                {
                    MoveReport report = await host.MoveAsync(job, new HostPlace(target.Address, target.Name), drain.Request, moving.Token).ConfigureAwait(false);
                    Answers(target.Name);
                    return Outcome(job.Record, DrainOutcome.Moved) with
                    {
                        Host = target.Name,
                        Bytes = report.Bytes,
                        DowntimeMilliseconds = report.DowntimeMilliseconds,
                    };
                }
                catch (YadoException failure) when (failure.Kind == YadoError.Obstacles)
                {
                    return Outcome(job.Record, DrainOutcome.Kept) with { Detail = "it has obstacles", Obstacles = failure.Obstacles };
                }
                catch (YadoException failure)
                {
                    why = Describe(failure);
                    LogNext(logger, job.Record.Name, target.Name, why);
                    if (failure.Kind == YadoError.Refused || IsGivenUp(target.Name))
                    {
                        refused.Add(target.Name);
                    }
                    else
                    {
                        await Task.Delay(Again, moving.Token).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            why = "the time for moving is over";
        }
        return Over(job) ?? await SaveAsync(job, why, cancellation).ConfigureAwait(false);
    }

    private async Task<DrainedJob> SaveAsync(JobEntry job, string why, CancellationToken cancellation)
    {
        if (drain.Request.Keep)
        {
            return Outcome(job.Record, DrainOutcome.Kept) with { Detail = why };
        }
        try
        {
            JobCheckpoint saved = await Task.Run(() => host.SaveAsync(job, drain.Request, cancellation), cancellation).ConfigureAwait(false);
            return Outcome(job.Record, DrainOutcome.Saved) with { File = saved.Path, Bytes = saved.FileLength, Detail = why };
        }
        catch (Exception failure) when (failure is YadoException or StoreException)
        {
            return Over(job) ?? Outcome(job.Record, DrainOutcome.Kept) with
            {
                Detail = failure.Message,
                Obstacles = (failure as YadoException)?.Obstacles ?? [],
            };
        }
    }

    /// <summary>What is to be said of a job that is not here any more; null: it is.</summary>
    public static DrainedJob? Over(JobEntry job) => job.Record switch
    {
        { IsHere: true } => null,
        { State: JobState.Moved } moved => Outcome(moved, DrainOutcome.Moved) with { Host = moved.MovedTo, Detail = "it runs on there as soon as that host answers" },
        { State: JobState.Saved } saved => Outcome(saved, DrainOutcome.Saved) with { File = saved.Checkpoints[0].Path },
        { } ended => Outcome(ended, DrainOutcome.Ended),
    };

    /// <summary>Chooses a host by what is known of all, and takes room on it, so that jobs that go at once spread.</summary>
    private async Task<DrainCandidate?> ClaimAsync(long bytes, HashSet<string> refused, CancellationToken cancellation)
    {
        await _asking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_askedAt is not { } asked || clock.Passed - asked > Fresh)
            {
                IReadOnlyList<PeerInfo> peers = await host.AskPeersAsync(cancellation).ConfigureAwait(false);
                _hosts = [.. DrainTargets.Accepting(peers, self.Instance, self.Uid)];
                NoteSilence(peers);
                _askedAt = clock.Passed;
            }
            DrainCandidate? chosen = DrainTargets.Choose(bytes, _hosts, refused);
            if (chosen is not null)
            {
                _hosts[_hosts.IndexOf(chosen)] = chosen.With(bytes);
            }
            return chosen;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>A host whose connection broke, or that does not answer, and not for so long that it is given up.</summary>
    private bool MayComeBack(HashSet<string> refused)
    {
        lock (_lock)
        {
            TimeSpan now = clock.Passed;
            return _brokenSince.Any(b => !refused.Contains(b.Key) && now - b.Value < Patience) || _silentSince.Values.Any(since => now - since < SilencePatience);
        }
    }

    private void NoteSilence(IReadOnlyList<PeerInfo> peers)
    {
        lock (_lock)
        {
            foreach (PeerInfo peer in peers)
            {
                if (peer.Host is null)
                {
                    _silentSince.TryAdd(peer.Address, clock.Passed);
                }
                else
                {
                    _silentSince.Remove(peer.Address);
                }
            }
        }
    }

    /// <summary>Notes that a connection broke; true when the host has had its time.</summary>
    private bool IsGivenUp(string name)
    {
        lock (_lock)
        {
            TimeSpan now = clock.Passed;
            _brokenSince.TryAdd(name, now);
            return now - _brokenSince[name] >= Patience;
        }
    }

    private void Answers(string name)
    {
        lock (_lock)
        {
            _brokenSince.Remove(name);
        }
    }

    private static DrainedJob Outcome(JobRecord job, DrainOutcome outcome) => new() { Id = job.Id, Name = job.Name, Outcome = outcome };

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static string Describe(YadoException failure) =>
        failure.Obstacles.Count == 0 ? failure.Message : $"{failure.Message}: {string.Join("; ", failure.Obstacles.Select(o => o.Detail))}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "drain: job {Job} did not go to {Host}: {Reason}")]
    private static partial void LogNext(ILogger logger, string job, string host, string reason);
}
