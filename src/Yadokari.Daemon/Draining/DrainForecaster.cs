using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Draining;

/// <summary>Tells what a drain would do, by the same rules and without doing it.</summary>
public sealed class DrainForecaster(IDrainedHost host, HostSelf self)
{
    /// <summary>Looks at the jobs and asks the other hosts how they are.</summary>
    public async Task<DrainForecast> MakeAsync(CancellationToken cancellation)
    {
        List<DrainCandidate> hosts = self.Address is null
            ? []
            : [.. DrainTargets.Accepting(await host.AskPeersAsync(cancellation).ConfigureAwait(false), self.Instance, self.Uid)];
        List<DrainedJob> jobs = [];
        foreach (JobEntry job in host.Running)
        {
            cancellation.ThrowIfCancellationRequested();
            jobs.Add(await Task.Run(() => Foresee(job, hosts), cancellation).ConfigureAwait(false));
        }
        return new DrainForecast(self.Name, jobs);
    }

    private DrainedJob Foresee(JobEntry job, List<DrainCandidate> hosts)
    {
        DrainedJob kept = new() { Id = job.Record.Id, Name = job.Record.Name, Outcome = DrainOutcome.Kept };
        try
        {
            if (host.ObstaclesOf(job) is { Count: > 0 } obstacles)
            {
                return kept with { Detail = "it has obstacles", Obstacles = obstacles };
            }
        }
        catch (YadoException failure)
        {
            return JobDrainer.Over(job) ?? kept with { Detail = failure.Message };
        }
        long bytes = host.BytesOf(job.Record);
        if (DrainTargets.Choose(bytes, hosts, new HashSet<string>()) is { } target)
        {
            // So that jobs spread as they would.
            hosts[hosts.IndexOf(target)] = target.With(bytes);
            return kept with { Outcome = DrainOutcome.Moved, Host = target.Name, Bytes = bytes };
        }
        return job.Record.Service is null
            ? kept with { Outcome = DrainOutcome.Saved, Bytes = bytes, Detail = "no other host with room takes jobs" }
            : kept with { Detail = "no other host with room takes jobs, and a service can't be saved" };
    }
}
