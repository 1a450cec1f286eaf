using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>Makes every host forget a job that is over.</summary>
public static class Forgetting
{
    /// <exception cref="YadoException">It is not over, or its host does not accept that.</exception>
    public static async Task RemoveAsync(JobPlace place, CancellationToken cancel)
    {
        string id = place.Job.Id;
        await RemoveWhereItEndedAsync(place.Host, id, cancel);
        using YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        await TryRemoveAsync(here, id, cancel);
        foreach (PeerInfo peer in (await here.GetHostsAsync(cancel)).Peers.Where(p => p.Host is not null))
        {
            using YadoClient host = YadoClient.ForAddress(peer.Address, name: peer.Host!.Name);
            await TryRemoveAsync(host, id, cancel);
        }
    }

    private static async Task RemoveWhereItEndedAsync(YadoClient knows, string id, CancellationToken cancel)
    {
        YadoClient host = knows;
        try
        {
            (host, _) = await knows.LocateAsync(id, cancel);
            await host.RemoveHereAsync(id, cancel);
        }
        catch (YadoException failure) when (failure.ExitStatus == ExitStatus.NotFound)
        {
            // Where it went it is forgotten already.
        }
        finally
        {
            if (host != knows)
            {
                host.Dispose();
            }
        }
    }

    /// <summary>A host where it has been knows only that it has left.</summary>
    private static async Task TryRemoveAsync(YadoClient host, string id, CancellationToken cancel)
    {
        try
        {
            if ((await host.GetJobAsync(id, cancel)).State == JobState.Moved)
            {
                await host.RemoveHereAsync(id, cancel);
            }
        }
        catch (YadoException)
        {
            // It never had it, does not answer, or does not accept that: what it knows then harms nobody.
        }
    }
}
