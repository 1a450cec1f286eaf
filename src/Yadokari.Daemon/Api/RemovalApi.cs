using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>Forgets jobs that are over here: their records, logs and checkpoints.</summary>
/// <param name="delete">Takes the record of a job out of the store.</param>
public sealed class RemovalApi(
    JobTable jobs, IHostStore store, HomeDirectory home, Action<string> delete, HostSelf self, JobViews views, ILogger<RemovalApi> logger)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapDelete(Routes.Job, ApiCall.Handler(logger, RemoveAsync));

    private async Task RemoveAsync(HttpContext context)
    {
        JobEntry job = jobs.Find(ApiCall.Route(context, "job"));
        await self.Settled.ConfigureAwait(false);
        JobInfo was;
        await job.Gate.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            JobRecord record = job.Record;
            RequireOver(record);
            was = views.Show(record);
            if (!jobs.TryForget(record, delete))
            {
                throw new YadoException(YadoError.Failed, $"job '{record.Name}' has just changed and stays: ask again");
            }
            home.DeleteJobDirectory(record.Id, record.Epoch);
            home.DeleteCheckpoints(record.Id);
        }
        finally
        {
            job.Gate.Release();
        }
        await ApiCall.WriteAsync(context, was, ProtocolJson.Default.JobInfo).ConfigureAwait(false);
    }

    /// <exception cref="YadoException">Something is still to be done with it; what to do.</exception>
    private void RequireOver(JobRecord job)
    {
        if (job.IsHere || job.Resuming)
        {
            throw new YadoException(YadoError.Failed, $"job '{job.Name}' runs on {self.Name}: 'yado kill {job.Name}' ends it");
        }
        if (job.State == JobState.Saved)
        {
            throw new YadoException(YadoError.Failed, $"job '{job.Name}' is saved on {self.Name}, and would be lost: 'yado undrain {self.Name}' resumes it");
        }
        // A move that is committed and not yet released is still this host's to finish.
        if (store.LoadMoves().Any(m => m.Offer.JobId == job.Id && !m.State.IsFinal))
        {
            throw new YadoException(YadoError.Failed, $"the last move of job '{job.Name}' is not over on {self.Name}: ask again when its target answers");
        }
    }
}
