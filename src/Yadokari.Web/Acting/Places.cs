using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Web.Acting;

/// <summary>Finds the daemon of a host that the page names.</summary>
public sealed class Places(YadoClient here)
{
    /// <summary>Does something at the daemon of that host.</summary>
    /// <exception cref="YadoException">It is not known, does not answer, or refuses.</exception>
    public async Task<T> AtAsync<T>(string host, Func<YadoClient, Task<T>> act, CancellationToken cancellation)
    {
        HostList known = await here.GetHostsAsync(cancellation).ConfigureAwait(false);
        if (known.Self.Name == host)
        {
            return await act(here).ConfigureAwait(false);
        }
        PeerInfo peer = known.Peers.FirstOrDefault(p => p.Host?.Name == host) ?? known.Peers.FirstOrDefault(p => p.Name == host)
            ?? throw new YadoException(YadoError.NotFound, $"there is no host '{host}' any more");
        if (peer.Host is null)
        {
            throw new YadoException(YadoError.Failed, $"host {host} does not answer: {peer.Error ?? peer.Address}") { Unreachable = true };
        }
        using YadoClient there = YadoClient.ForAddress(peer.Address, name: peer.Host.Name);
        return await act(there).ConfigureAwait(false);
    }

    /// <summary>How all hosts that answer were in the last seconds. The daemon asks them: its connections to them are open already.</summary>
    public async Task<IReadOnlyList<LoadHistory>> HistoriesAsync(int seconds, CancellationToken cancellation)
    {
        LoadHistory own = await here.GetLoadAsync(seconds, cancellation, everywhere: true).ConfigureAwait(false);
        return [own with { Others = null }, .. own.Others ?? []];
    }
}
