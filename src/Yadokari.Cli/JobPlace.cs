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

    /// <summary>Finds a job by id, or by name: the one that runs, else the one started last, on whatever host. A job of that
    /// name that is over here, or has left, does not hide a later one elsewhere.</summary>
    /// <exception cref="CommandFailure">Several jobs of that name run, or there is none.</exception>
    /// <exception cref="YadoException">The host that has it does not answer.</exception>
    public static async Task<JobPlace> FindAsync(string job, CancellationToken cancel)
    {
        YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        try
        {
            JobInfo? own = await FindHereAsync(here, job, cancel);
            if (own is not null && (own.Id == job || !own.IsOver))
            {
                return new(here, here, own);
            }

            return await FindAnywhereAsync(here, job, own, cancel);
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

    private static async Task<JobInfo?> FindHereAsync(YadoClient here, string job, CancellationToken cancel)
    {
        try
        {
            return await here.GetJobAsync(job, cancel);
        }
        catch (YadoException failure) when (failure.ExitStatus == ExitStatus.NotFound)
        {
            return null;
        }
    }

    /// <param name="own">One of that name that is over here.</param>
    private static async Task<JobPlace> FindAnywhereAsync(YadoClient here, string job, JobInfo? own, CancellationToken cancel)
    {
        JobList all = await here.ListJobsAsync(everywhere: true, cancel);
        JobInfo[] found = [.. all.Jobs.Where(j => j.Name == job || j.Id == job)];
        // Names are unique among the running jobs of a host only.
        JobInfo[] running = [.. found.Where(j => !j.IsOver)];
        if (running.Length > 1)
        {
            throw new CommandFailure(ExitStatus.WrongUsage,
                $"several jobs are called '{job}'; give the id: {string.Join(", ", running.Select(j => $"{j.Id} on {j.Host}"))}");
        }

        if ((running is [{ } one] ? one : found.MaxBy(j => j.Started)) is not { } chosen)
        {
            return own is null ? throw NotFound(job, all) : new(here, here, own);
        }

        if (chosen.State == JobState.Unreachable)
        {
            throw new YadoException(YadoError.Failed, $"job '{job}' is on host {chosen.Host}, which does not answer: ask again when it does") { Unreachable = true };
        }

        HostList hosts = await here.GetHostsAsync(cancel);
        if (hosts.Self.Name == chosen.Host)
        {
            return new(here, here, chosen);
        }

        return hosts.Peers.FirstOrDefault(p => p.Host?.Name == chosen.Host) is { } peer
            ? new(here, YadoClient.ForAddress(peer.Address, name: chosen.Host), chosen)
            : throw NotFound(job, all);
    }

    private static CommandFailure NotFound(string job, JobList all) =>
        new(ExitStatus.NotFound, $"no job '{job}'{NearWord.Hint(job, all.Jobs.Select(j => j.Name))}; 'yado ps --all' lists those there are");
}
