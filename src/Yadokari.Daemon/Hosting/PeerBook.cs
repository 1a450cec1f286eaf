using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>
/// The other hosts that this one knows: those it was told of, those that greeted it, the members of its cluster. A name in
/// it is one that a certificate has shown, or, of a member, one that the certificate will be asked for. Thread-safe.
/// </summary>
/// <param name="secured">This host has a certificate; without one it knows no other.</param>
public sealed partial class PeerBook(HostSelf self, bool secured, Func<HostInfo> facts, ILogger<PeerBook> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan GreetAgain = TimeSpan.FromSeconds(2);

    /// <summary>By address.</summary>
    private readonly ConcurrentDictionary<string, KnownPeer> _peers = new();

    private readonly Lock _greetings = new();
    private readonly PeerLinks _links = new();

    /// <summary>Addresses that are known because they are members of the cluster.</summary>
    private HashSet<string> _members = [];

    /// <summary>Adds a host by its address.</summary>
    /// <exception cref="YadoException">Not an address, or this host has no certificate; exit status 2.</exception>
    public string Add(string address)
    {
        string text = Check(address);
        if (_peers.Count >= Limits.MaxPeers && !_peers.ContainsKey(text))
        {
            throw new YadoException(YadoError.Failed, $"this host knows {Limits.MaxPeers} others already");
        }
        _peers.AddOrUpdate(text, new KnownPeer(null, Greeted: false), (_, known) => known with { Greeted = false });
        return text;
    }

    /// <summary>A host at this place, which was checked, has just answered; when the book is full it stays unknown.</summary>
    public void Keep(HostPlace place)
    {
        if (place.Name is { } name)
        {
            KeepGreeted(place.Address, name);
        }
    }

    /// <summary>Another host has said who it is: it is known from now on. Of each name one address is kept that came in
    /// this way, so that no host can fill the book.</summary>
    /// <param name="certified">The name in its certificate.</param>
    /// <param name="addresses">The addresses in its certificate.</param>
    /// <exception cref="YadoException">It calls itself by another name or address than its certificate does; exit status 5.</exception>
    public void Meet(HostInfo host, string certified, IReadOnlyList<IPAddress> addresses)
    {
        if (host.Name != certified)
        {
            throw new YadoException(YadoError.Refused, $"host '{certified}' may not greet as '{(Limits.IsName(host.Name) ? host.Name : "?")}'");
        }
        if (host.Address is not { } address || host.Protocol != ProtocolVersion.Word || host.Instance == self.Instance)
        {
            return;
        }
        IPEndPoint end = ApiConnection.ParseAddress(address);
        if (!addresses.Contains(end.Address))
        {
            throw new YadoException(YadoError.Refused, $"host '{certified}' says that it is at {end.Address}, for which it has no certificate: let it join again with --address {end.Address}");
        }
        KeepGreeted(end.ToString(), certified);
    }

    /// <summary>The members of the cluster, as they are now: who was one and is none any more is forgotten.</summary>
    public void SetMembers(IReadOnlyList<MemberEntry> members)
    {
        HashSet<string> present = [.. members.Select(m => m.Address)];
        foreach (MemberEntry member in members.Where(m => _members.Contains(m.Address) || _peers.Count < Limits.MaxPeers))
        {
            _peers[member.Address] = new KnownPeer(member.Name, Greeted: false);
        }
        foreach (string gone in _members.Where(a => !present.Contains(a)))
        {
            _peers.TryRemove(gone, out _);
        }
        _members = present;
    }

    /// <summary>The places of all known hosts, as far as their names are known.</summary>
    public IReadOnlyList<HostPlace> Places =>
        [.. _peers.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new HostPlace(p.Key, p.Value.Name))];

    /// <summary>The addresses of all known hosts.</summary>
    public IReadOnlyList<string> Addresses => [.. _peers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What this host says of itself.</summary>
    public HostInfo Self() => facts();

    /// <summary>Asks every known host who it is, all at once.</summary>
    public async Task<IReadOnlyList<PeerInfo>> AskAllAsync(CancellationToken cancellation) =>
        await Task.WhenAll(Addresses.Select(a => AskAsync(a, cancellation))).ConfigureAwait(false);

    /// <summary>The place of a host given by name or address: whoever calls there must find a certificate of that name.</summary>
    /// <exception cref="YadoException">No known host has that name; exit status 4.</exception>
    public async Task<HostPlace> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (host == self.Name)
        {
            return new HostPlace(self.Address ?? throw new YadoException(YadoError.WrongUsage, $"this is host {host} already"), host);
        }
        if (Known(host) is { } known)
        {
            return known;
        }
        if (IPEndPoint.TryParse(host, out _))
        {
            string address = Check(host);
            return new HostPlace(address, _peers.GetValueOrDefault(address)?.Name);
        }
        await AskAllAsync(cancellation).ConfigureAwait(false);
        return Known(host)
            ?? throw new YadoException(YadoError.NotFound, $"no host '{host}' is known here: 'yado hosts' lists them, 'yado host --peer ADDR:PORT' adds one");
    }

    /// <summary>Tells the hosts it knows that this one is there, until each has heard it.</summary>
    public async Task GreetAsync(CancellationToken stopping)
    {
        HashSet<string> heard = [];
        while (!stopping.IsCancellationRequested)
        {
            foreach (string address in _peers.Keys.Where(a => !heard.Contains(a)))
            {
                try
                {
                    using ApiConnection api = ApiConnection.ToAddress(address, name: NameOfMember(address));
                    HostInfo host = HostHello.Check(
                        await api.PostAsync(Routes.Greet, facts(), ProtocolJson.Default.HostInfo, ProtocolJson.Default.HostInfo, stopping, Patience).ConfigureAwait(false), api);
                    Learn(address, host.Name);
                    heard.Add(address);
                }
                catch (YadoException failure)
                {
                    LogSilent(logger, address, failure.Message);
                }
            }
            await Task.Delay(GreetAgain, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks one host, at an address that was checked, who it is.</summary>
    public async Task<PeerInfo> AskAsync(string address, CancellationToken cancellation) =>
        (await AskAsync(
            address,
            async client =>
            {
                HostInfo host = await client.GetHostAsync(cancellation, Patience).ConfigureAwait(false);
                return (host, host);
            }).ConfigureAwait(false)).Peer;

    /// <summary>Asks one host, at an address that was checked, something that is told together with who it is, and changes nothing.</summary>
    /// <returns>No answer where there is no host.</returns>
    public async Task<(PeerInfo Peer, T? Answer)> AskAsync<T>(string address, Func<YadoClient, Task<(HostInfo Host, T Answer)>> ask)
        where T : class
    {
        try
        {
            (HostInfo host, T answer) = await _links.AskAsync(address, NameOfMember(address), ask).ConfigureAwait(false);
            Learn(address, host.Name);
            return (new PeerInfo { Address = address, Name = host.Name, Host = host }, answer);
        }
        catch (YadoException failure)
        {
            return (new PeerInfo { Address = address, Name = _peers.GetValueOrDefault(address)?.Name, Error = failure.Message }, null);
        }
    }

    /// <summary>Asks one host, at an address that was checked, something that changes nothing.</summary>
    /// <returns>Null where there is no answer.</returns>
    public async Task<T?> TryAskAsync<T>(string address, Func<YadoClient, Task<T>> ask)
        where T : class
    {
        try
        {
            return await _links.AskAsync(address, NameOfMember(address), ask).ConfigureAwait(false);
        }
        catch (YadoException failure)
        {
            LogNoAnswer(logger, address, failure.Message);
            return null;
        }
    }

    public void Dispose() => _links.Dispose();

    /// <summary>Reads an address and says whether it may be talked to.</summary>
    private string Check(string address)
    {
        IPEndPoint end = ApiConnection.ParseAddress(address);
        return secured
            ? end.ToString()
            : throw new YadoException(YadoError.WrongUsage, $"{end} cannot be a peer: this host has no certificate, and hosts talk to each other only with certificates; 'yado cluster init' or 'yado cluster join' gives it one");
    }

    private void KeepGreeted(string address, string name)
    {
        lock (_greetings)
        {
            if (_peers.TryGetValue(address, out KnownPeer? known))
            {
                Learn(address, name);
                return;
            }
            foreach (string earlier in _peers.Where(p => p.Value.Greeted && p.Value.Name == name).Select(p => p.Key).ToList())
            {
                _peers.TryRemove(earlier, out _);
            }
            if (_peers.Count < Limits.MaxPeers)
            {
                _peers.TryAdd(address, new KnownPeer(name, Greeted: true));
            }
        }
    }

    /// <summary>A certificate has shown this name at an address that is in the book.</summary>
    private void Learn(string address, string name)
    {
        if (_peers.TryGetValue(address, out KnownPeer? known) && known.Name != name && NameOfMember(address) is null)
        {
            _peers.TryUpdate(address, known with { Name = name }, known);
        }
    }

    /// <summary>The cluster says who is at an address of a member: it must be that host by its certificate.</summary>
    private string? NameOfMember(string address) => _members.Contains(address) ? _peers.GetValueOrDefault(address)?.Name : null;

    private HostPlace? Known(string name) =>
        _peers.Where(p => p.Value.Name == name).OrderBy(p => p.Value.Greeted).Select(p => new HostPlace(p.Key, name)).FirstOrDefault();

    [LoggerMessage(Level = LogLevel.Debug, Message = "peer {Address} has not heard the greeting: {Reason}")]
    private static partial void LogSilent(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "peer {Address} has not answered: {Reason}")]
    private static partial void LogNoAnswer(ILogger logger, string address, string reason);

    /// <param name="Name">Null as long as the host never answered.</param>
    /// <param name="Greeted">It came by itself; else it was told here, or is a member.</param>
    private sealed record KnownPeer(string? Name, bool Greeted);
}
