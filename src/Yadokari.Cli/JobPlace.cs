using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>A job and a daemon that knows it: this host's, or that of the host where it was started.</summary>
public sealed class JobPlace : IDisposable
{
    private readonly YadoClient _here;

    private JobPlace(YadoClient here, YadoClient host, JobInfo job)
    {
        _here = here;
        Host = host;
        Job = job;
    }

    /// <summary>Follows the job by itself when it has moved on.</summary>
    public YadoClient Host { get; }

    /// <summary>The job as that host knows it.</summary>
    public JobInfo Job { get; }

    /// <summary>True when it is this host's own daemon.</summary>
    public bool IsLocal => Host == _here;

    /// <summary>Finds a job by name or id: on this host first, then on every host that it knows.</summary>
    /// <exception cref="CommandFailure">Several hosts have one of that name.</exception>
    /// <exception cref="YadoException">No such job.</exception>
    public static async Task<JobPlace> FindAsync(string job, CancellationToken cancel)
    {
        YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        try
        {
            return new(here, here, await here.GetJobAsync(job, cancel));
        }
        catch (YadoException failure) when (failure.ExitStatus == ExitStatus.NotFound)
        {
            return await FindElsewhereAsync(here, job, cancel)
                ?? throw new CommandFailure(ExitStatus.NotFound, $"no job '{job}'; 'yado ps --all' lists those there are", failure);
        }
        catch
        {
            here.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Host.Dispose();
        _here.Dispose();
    }

    private static async Task<JobPlace?> FindElsewhereAsync(YadoClient here, string job, CancellationToken cancel)
    {
        JobList all = await here.ListJobsAsync(everywhere: true, cancel);
        JobInfo[] found = [.. all.Jobs.Where(j => j.Name == job || j.Id == job)];
        // Names are unique among the running jobs of a host only.
        JobInfo[] chosen = found.Length > 1 ? [.. found.Where(j => !j.IsOver)] : found;
        if (chosen.Length > 1)
        {
            throw new CommandFailure(ExitStatus.WrongUsage,
                $"several jobs are called '{job}'; give the id: {string.Join(", ", chosen.Select(j => $"{j.Id} on {j.Host}"))}");
        }

        if (chosen is not [{ } one])
        {
            return null;
        }

        HostList hosts = await here.GetHostsAsync(cancel);
        return hosts.Peers.FirstOrDefault(p => p.Host?.Name == one.Host) is { } peer
            ? new(here, YadoClient.ForAddress(peer.Address, name: one.Host), one)
            : null;
    }
}
