using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Services;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;
using Yadokari.Scheduling;

namespace Yadokari.Daemon.Scheduling;

/// <summary>Carries a plan out by the ordinary moves, behind the rounds. Thread-safe.</summary>
public sealed partial class MoveOrders(
    JobTable jobs, MoveSource source, ServiceMoveSource services, HostSelf self, MoveCosts costs, CancellationToken stopping, ILogger<MoveOrders> logger)
{
    /// <summary>After a failure the job is left alone so long: an obstacle often stays, a refusal may pass.</summary>
    private static readonly TimeSpan PauseAfterObstacle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>A policy chooses again rather than wait for calls that last.</summary>
    private static readonly TimeSpan CallPatience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _underWay = new();
    private readonly ConcurrentQueue<(string Job, TimeSpan Pause)> _failures = new();
    private long _ordered;
    private long _failed;

    public long Ordered => Interlocked.Read(ref _ordered);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Jobs on their way, with the name of the host they go to.</summary>
    public IReadOnlyDictionary<string, string> UnderWay => _underWay.ToDictionary();

    /// <summary>Jobs that could not be moved since this was asked last, and how long they should be left alone.</summary>
    public IEnumerable<(string Job, TimeSpan Pause)> TakeFailures()
    {
        while (_failures.TryDequeue(out (string, TimeSpan) failure))
        {
            yield return failure;
        }
    }

    /// <summary>Begins a move.</summary>
    /// <param name="here">The host that the job is on.</param>
    /// <param name="there">The host it goes to.</param>
    public void Begin(PlannedMove move, HostInfo here, HostInfo there)
    {
        if (there.Address is { } address && (here.Address is not null || here.Instance == self.Instance) && _underWay.TryAdd(move.Job, there.Name))
        {
            Interlocked.Increment(ref _ordered);
            LogOrdered(logger, move.Job, here.Name, there.Name, move.Reason);
            _ = Task.Run(() => MoveAsync(move, here, new HostPlace(address, there.Name)), CancellationToken.None);
        }
    }

    private async Task MoveAsync(PlannedMove move, HostInfo here, HostPlace place)
    {
        try
        {
            if (here.Instance == self.Instance)
            {
                // What it took is noted as for every move of this host.
                JobEntry job = jobs.Find(move.Job);
                Progress<MoveProgress> unseen = new();
                await (job.Record.Service is null
                    ? source.MoveAsync(job, place, unseen, stopping, stopping)
                    : services.MoveAsync(job, place, unseen, stopping, stopping, CallPatience)).ConfigureAwait(false);
            }
            else
            {
                costs.Note(await AskAsync(move.Job, here, place).ConfigureAwait(false));
            }
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException or IOException)
        {
            // It ended meanwhile, which is no failure of anybody.
            bool isGone = failure is YadoException { Kind: YadoError.NotFound };
            if (!isGone && !stopping.IsCancellationRequested)
            {
                Interlocked.Increment(ref _failed);
                _failures.Enqueue((move.Job, failure is YadoException { Kind: YadoError.Obstacles } ? PauseAfterObstacle : PauseAfterFailure));
            }
            string reasons = failure is YadoException { Obstacles.Count: > 0 } listed ? $" ({string.Join(", ", listed.Obstacles.Select(o => o.Name))})" : "";
            LogFailed(logger, move.Job, here.Name, move.Host, failure.Message + reasons);
        }
        catch (Exception failure)
        {
            Interlocked.Increment(ref _failed);
            _failures.Enqueue((move.Job, PauseAfterFailure));
            LogUnexpected(logger, move.Job, failure);
        }
        finally
        {
            _underWay.TryRemove(move.Job, out _);
        }
    }

    private async Task<MoveReport> AskAsync(string job, HostInfo here, HostPlace place)
    {
        using YadoClient client = YadoClient.ForAddress(here.Address!, name: here.Name);
        return await client.MoveAsync(job, new MoveJob(place.Address, Host: place.Name), null, stopping).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job} is to go from {From} to {To}: {Reason}")]
    private static partial void LogOrdered(ILogger logger, string job, string from, string to, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} did not go from {From} to {To}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string job, string from, string to, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the ordered move of job {Job} failed")]
    private static partial void LogUnexpected(ILogger logger, string job, Exception failure);
}
