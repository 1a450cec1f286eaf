using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Groups;

namespace Yadokari.Daemon.Jobs;

/// <summary>Removes the control groups of jobs that are over here.</summary>
public sealed partial class GroupRemoval(JobTable jobs, CancellationToken stopping, ILogger<GroupRemoval> logger)
{
    /// <summary>From now on, and of those that ended while no daemon ran.</summary>
    public void Begin()
    {
        jobs.Changed += Look;
        foreach (JobEntry job in jobs.All)
        {
            Look(job);
        }
    }

    private void Look(JobEntry job)
    {
        JobRecord record = job.Record;
        if (record.Groups.Count > 0 && !record.IsHere)
        {
            _ = Task.Run(() => RemoveAsync(record), CancellationToken.None);
        }
    }

    private async Task RemoveAsync(JobRecord job)
    {
        foreach (string left in await LimitGroups.RemoveAsync(job.Groups, stopping).ConfigureAwait(false))
        {
            LogLeft(logger, job.Id, left);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} is over, but its control group {Group} has processes still: the next start of the daemon removes it")]
    private static partial void LogLeft(ILogger logger, string job, string group);
}
