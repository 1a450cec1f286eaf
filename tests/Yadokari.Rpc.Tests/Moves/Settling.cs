using Yadokari.Protocol.Client;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>How a move must have ended, whatever happened to it.</summary>
internal static class Settling
{
    /// <summary>Waits until exactly one instance serves, none is undecided, and the daemons say so.</summary>
    public static async Task AfterAsync(string what, TestHost a, TestHost b)
    {
        IReadOnlyList<InstanceState> seen = [];
        string jobs = "";
        await Until.HoldsAsync(async () =>
        {
            seen = [.. await a.InstancesAsync(), .. await b.InstancesAsync()];
            using YadoClient first = a.Connect();
            using YadoClient second = b.Connect();
            JobInfo[] known = [.. (await first.ListJobsAsync()).Jobs, .. (await second.ListJobsAsync()).Jobs];
            jobs = string.Join(", ", known.Select(j => $"{j.Host} {j.State} {j.Epoch}"));
            return seen.Count(s => s == InstanceState.Serving) == 1
                && seen.All(s => s is InstanceState.Serving or InstanceState.Moved)
                && known.Count(j => j.State == JobState.Running) == 1 && known.All(j => j.State != JobState.Moving);
        }, () => $"after {what} instances are {string.Join(", ", seen)}, jobs {jobs}");
    }

    /// <summary>The newest place of a service that any of the hosts knows; null: none knows it.</summary>
    public static async Task<ServicePlace?> PlaceOfAsync(string service, params TestHost[] hosts)
    {
        ServicePlace? best = null;
        foreach (TestHost host in hosts)
        {
            try
            {
                using YadoClient client = host.Connect();
                ServicePlace place = await client.FindServiceAsync(service);
                best = best is null || place.Epoch > best.Epoch ? place : best;
            }
            catch (Protocol.Errors.YadoException)
            {
                // Another one knows.
            }
        }
        return best;
    }
}
