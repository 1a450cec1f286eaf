using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>Where services are: as this host knows, else as the hosts it knows do.</summary>
public sealed class ServiceDirectory(JobTable jobs, PeerBook peers)
{
    /// <summary>Shorter than that of a client, who waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <exception cref="YadoException">Nobody knows it; exit status 4.</exception>
    public async Task<ServicePlace> FindAsync(string service, bool hereOnly, CancellationToken cancellation)
    {
        ServicePlace? own = FindHere(service, out bool serves);
        if (!serves && !hereOnly)
        {
            ServicePlace?[] others = await Task.WhenAll(peers.Places.Select(p => AskAsync(p, service, cancellation))).ConfigureAwait(false);
            own = others.Append(own).Where(p => p is not null).MaxBy(p => p!.Epoch);
        }
        return own ?? throw new YadoException(YadoError.NotFound, $"no service '{service}' is known here: 'yado ps' lists jobs and services");
    }

    private ServicePlace? FindHere(string service, out bool serves)
    {
        JobRecord? record = jobs.All.Select(e => e.Record)
            .Where(r => r.Service is not null && r.Name == service && (r.IsHere || r.Service.Elsewhere is not null))
            .MaxBy(r => (r.IsHere, r.Epoch, r.Started));
        serves = record?.IsHere == true;
        return record is null ? null : record.IsHere ? record.Service!.Place : record.Service!.Elsewhere;
    }

    private static async Task<ServicePlace?> AskAsync(HostPlace host, string service, CancellationToken cancellation)
    {
        try
        {
            using YadoClient client = YadoClient.ForAddress(host.Address, name: host.Name);
            return await client.FindServiceAsync(service, cancellation, Patience, hereOnly: true).ConfigureAwait(false);
        }
        catch (YadoException)
        {
            // It does not know either.
            return null;
        }
    }
}
