using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli;

/// <summary>The daemon of this user on this machine.</summary>
public static class LocalDaemon
{
    /// <summary>A client of it; it is started when it does not run. The caller disposes the client.</summary>
    public static Task<YadoClient> ConnectAsync(CancellationToken cancel)
    {
        HomeDirectory home = HomeDirectory.Default();
        ApiConnection.DefaultSecurity = HostCredentials.Load(home);
        return DaemonLauncher.EnsureRunningAsync(home, cancel);
    }

    /// <summary>Another host by the name or address that this one knows it by; null when it is this one itself.</summary>
    /// <exception cref="CommandFailure">No such host, or it does not answer.</exception>
    public static async Task<YadoClient?> FindHostAsync(YadoClient here, string host, CancellationToken cancel)
    {
        HostList known = await here.GetHostsAsync(cancel);
        if (known.Self.Name == host || known.Self.Address == host)
        {
            return null;
        }

        PeerInfo? peer = known.Peers.FirstOrDefault(p => p.Name == host || p.Host?.Name == host || p.Address == host);
        if (peer is null)
        {
            string names = string.Join(' ', known.Peers.Select(p => p.Name ?? p.Address).Prepend(known.Self.Name));
            throw new CommandFailure(ExitStatus.NotFound, $"no host '{host}'{NearWord.Hint(host, names.Split(' '))}; known are: {names}");
        }

        return peer.Host is not null
            ? YadoClient.ForAddress(peer.Address, name: peer.Host.Name)
            : throw new CommandFailure(ExitStatus.Failed, $"host {host} does not answer: {peer.Error ?? peer.Address}");
    }
}
