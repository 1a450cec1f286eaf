using System.Collections.Concurrent;
using System.Net;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Client;

/// <summary>Asks daemons where a service is and which hosts there are. Thread-safe.</summary>
internal sealed class ClusterDirectory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<string> _daemons;
    private readonly ILinkSecurity? _security;
    private readonly ConcurrentDictionary<IPAddress, bool> _hosts = new();
    private readonly Lazy<Task> _first;

    public ClusterDirectory(YadokariClientOptions options)
    {
        _daemons = options.Daemons.Count > 0 ? [.. options.Daemons] : LocalDaemon() is { } local ? [local] : [];
        _security = options.Security;
        foreach (string host in options.AllowedHosts)
        {
            _hosts[IPAddress.Parse(host)] = true;
        }
        _first = new Lazy<Task>(() => Task.Run(() => LearnHostsAsync(CancellationToken.None)));
    }

    /// <summary>Learns the hosts behind, so that the first move needs not wait for it.</summary>
    public void Prepare() => _ = _first.Value;

    /// <summary>It is a host of the cluster.</summary>
    public async Task<bool> IsMemberAsync(IPAddress address, CancellationToken cancellation)
    {
        if (_hosts.ContainsKey(address))
        {
            return true;
        }
        await _first.Value.WaitAsync(cancellation).ConfigureAwait(false);
        if (!_hosts.ContainsKey(address))
        {
            await LearnHostsAsync(cancellation).ConfigureAwait(false);
        }
        return _hosts.ContainsKey(address);
    }

    /// <summary>The places that daemons know, the newest first.</summary>
    public async Task<IReadOnlyList<ServicePlace>> FindAsync(string service, CancellationToken cancellation)
    {
        ServicePlace?[] places = await Task.WhenAll(_daemons.Select(d => AskAsync(
            d, client => client.FindServiceAsync(service, cancellation, Patience)))).ConfigureAwait(false);
        return [.. places.OfType<ServicePlace>().DistinctBy(p => p.Address).OrderByDescending(p => p.Epoch)];
    }

    private async Task LearnHostsAsync(CancellationToken cancellation)
    {
        HostList?[] lists = await Task.WhenAll(_daemons.Select(d => AskAsync(d, client => client.GetHostsAsync(cancellation)))).ConfigureAwait(false);
        foreach (HostList list in lists.OfType<HostList>())
        {
            foreach (string address in list.Peers.Select(p => p.Address).Append(list.Self.Address ?? ""))
            {
                if (IPEndPoint.TryParse(address, out IPEndPoint? end))
                {
                    _hosts[end.Address] = true;
                }
            }
        }
    }

    private async Task<T?> AskAsync<T>(string daemon, Func<YadoClient, Task<T>> ask)
        where T : class
    {
        try
        {
            using YadoClient client = daemon.StartsWith('/') ? YadoClient.ForSocket(daemon) : YadoClient.ForAddress(daemon, _security);
            return await ask(client).ConfigureAwait(false);
        }
        catch (YadoException)
        {
            // It is down or does not know; another one may.
            return null;
        }
    }

    /// <summary>The socket where this user's daemon listens, as <c>yado</c> chooses it.</summary>
    private static string? LocalDaemon()
    {
        string home = Environment.GetEnvironmentVariable("YADO_HOME") is { Length: > 0 } set ? set
            : Environment.UserName == "root" ? "/var/lib/yadokari"
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
                    ? state
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
                "yadokari");
        string socket = Path.Combine(Path.GetFullPath(home), "daemon.sock");
        return File.Exists(socket) ? socket : null;
    }
}
