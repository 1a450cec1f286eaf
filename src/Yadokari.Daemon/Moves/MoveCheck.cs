using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Streams;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>What a move would say now: the same looks as those of a move, and no more than looks.</summary>
public sealed class MoveCheck(
    IJobEngine engine, IProcessTable processes, HomeDirectory home, HostSelf self, StreamRelays relays, IJobDirectory directory, Func<HostPlace, IMoveTarget> connect)
{
    /// <param name="targetPlace">Null: no host is asked.</param>
    /// <param name="tcp">What would become of TCP connections to outside; null: as the job was told at its start.</param>
    /// <exception cref="YadoException">The job is not here, may not be looked at, or the host does not answer.</exception>
    public async Task<JobCheck> RunAsync(JobRecord job, HostPlace? targetPlace, string? tcp, CancellationToken cancellation)
    {
        if (job.Service is not null)
        {
            throw new YadoException(YadoError.WrongUsage, $"'{job.Name}' is a service, which moves by its state: there is nothing of its process to check");
        }
        OwnProcess.Require(processes, job);
        LogStreams logs = LogStreams.Of(job.With(tcp), processes, home, relays.Find(job.Id, job.Epoch));
        JobLook look = Look(job, logs);
        JobCheck check = new()
        {
            Job = job.Name,
            Host = self.Name,
            Pid = job.Main.Pid,
            Obstacles = EngineCall.ToInfos(look.Obstacles),
            Unseen = look.Unseen,
        };
        return targetPlace is null ? check : await AskAsync(job, check, look, logs, targetPlace, cancellation).ConfigureAwait(false);
    }

    /// <summary>What is in the way of a move of the job; null: it has ended, or may not be looked at.</summary>
    public IReadOnlyList<ObstacleInfo>? TryFindObstacles(JobRecord job)
    {
        if (job.Service is not null)
        {
            return [];
        }
        try
        {
            return EngineCall.ToInfos(Look(job, LogStreams.Of(job, processes, home, relays.Find(job.Id, job.Epoch))).Obstacles);
        }
        catch (YadoException)
        {
            return null;
        }
    }

    /// <summary>What is in the way of a move of the job.</summary>
    /// <exception cref="YadoException">It may not be looked at.</exception>
    private JobLook Look(JobRecord job, LogStreams logs) => EngineCall.Run(() => engine.Look(job.Main.Pid, logs.WithCaller(flushFiles: false)));

    private async Task<JobCheck> AskAsync(JobRecord job, JobCheck check, JobLook look, LogStreams logs, HostPlace place, CancellationToken cancellation)
    {
        string ownAddress = OfferOf.RequireMovable(job, self);
        await directory.CheckOwnedAsync(job, cancellation).ConfigureAwait(false);
        using IMoveTarget target = connect(place);
        HostInfo there = await target.HelloAsync(cancellation).ConfigureAwait(false);
        OfferOf.RequireOther(there, job, self);
        try
        {
            MoveForecast forecast = await target.ForeseeAsync(
                new ForeseeMove(OfferOf.Job(Guid.NewGuid().ToString("n"), job, ownAddress, self, processes, logs), look.Needs), cancellation).ConfigureAwait(false);
            return check with { Target = there.Name, Refusals = forecast.Reasons };
        }
        catch (YadoException refusal) when (refusal.Kind == YadoError.Refused)
        {
            return check with { Target = there.Name, RefusedAll = refusal.Message };
        }
    }
}
