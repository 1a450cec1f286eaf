using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>The other hosts that this one knows: those it was told of, and those that greeted it. Thread-safe.</summary>
public sealed partial class PeerBook(PeerGate gate, HostSelf self, Func<HostInfo> facts, ILogger<PeerBook> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan GreetAgain = TimeSpan.FromSeconds(2);

    /// <summary>Name by address; null as long as the host never answered.</summary>
    private readonly ConcurrentDictionary<string, string?> _names = new();

    /// <summary>Addresses that are known because they are members of the cluster.</summary>
    private HashSet<string> _members = [];

    /// <summary>Adds a host by its address.</summary>
    /// <exception cref="YadoException">Not an address, or one outside this machine and the lab; exit status 2.</exception>
    public string Add(string address)
    {
        string text = Check(address);
        if (_names.Count >= Limits.MaxPeers && !_names.ContainsKey(text))
        {
            throw new YadoException(1, $"this host knows {Limits.MaxPeers} others already");
        }
        _names.TryAdd(text, null);
        return text;
    }

    /// <summary>A host at this address, which was checked, has just answered; when the book is full it stays unknown.</summary>
    public void Keep(string address)
    {
        if (_names.Count < Limits.MaxPeers)
        {
            _names.TryAdd(address, null);
        }
    }

    /// <summary>Another host has said who it is: it is known from now on.</summary>
    public void Meet(HostInfo host)
    {
        if (host.Address is { } address && host.Protocol == ProtocolVersion.Word && host.Instance != self.Instance && Limits.IsName(host.Name))
        {
            _names[Add(address)] = host.Name;
        }
    }

    /// <summary>The members of the cluster, as they are now: who was one and is none any more is forgotten.</summary>
    public void SetMembers(IReadOnlyList<MemberEntry> members)
    {
        HashSet<string> present = [.. members.Select(m => m.Address)];
        foreach (MemberEntry member in members.Where(m => _members.Contains(m.Address) || _names.Count < Limits.MaxPeers))
        {
            _names[member.Address] = member.Name;
        }
        foreach (string gone in _members.Where(a => !present.Contains(a)))
        {
            _names.TryRemove(gone, out _);
        }
        _members = present;
    }

    /// <summary>Asks every known host who it is, all at once.</summary>
    public async Task<IReadOnlyList<PeerInfo>> AskAllAsync(CancellationToken cancellation) =>
        await Task.WhenAll(_names.Keys.Order(StringComparer.Ordinal).Select(a => AskAsync(a, cancellation))).ConfigureAwait(false);

    /// <summary>The address of a host given by name or address.</summary>
    /// <exception cref="YadoException">No known host has that name; exit status 4.</exception>
    public async Task<string> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (host == self.Name)
        {
            return self.Address ?? throw new YadoException(2, $"this is host {host} already");
        }
        if (Known(host) is { } known)
        {
            return known;
        }
        if (IPEndPoint.TryParse(host, out _))
        {
            // Known only once it has answered.
            return Check(host);
        }
        await AskAllAsync(cancellation).ConfigureAwait(false);
        return Known(host)
            ?? throw new YadoException(4, $"no host '{host}' is known here: 'yado hosts' lists them, 'yado host --peer ADDR:PORT' adds one");
    }

    /// <summary>Tells the hosts it knows that this one is there, until each has heard it.</summary>
    public async Task GreetAsync(CancellationToken stopping)
    {
        HashSet<string> heard = [];
        while (!stopping.IsCancellationRequested)
        {
            foreach (string address in _names.Keys.Where(a => !heard.Contains(a)))
            {
                try
                {
                    using ApiConnection api = ApiConnection.ToAddress(address);
                    Meet(await api.PostAsync(
                        Routes.Greet, facts(), ProtocolJson.Default.HostInfo, ProtocolJson.Default.HostInfo, stopping, Patience).ConfigureAwait(false));
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

    /// <summary>Reads an address and says whether it may be talked to.</summary>
    private string Check(string address)
    {
        IPEndPoint end = ApiConnection.ParseAddress(address);
        return gate.Allows(end.Address)
            ? end.ToString()
            : throw new YadoException(2, $"{end} is outside this machine: hosts talk to each other only with certificates; make them with 'yado cluster init' and 'yado cluster join'");
    }

    private string? Known(string name) => _names.FirstOrDefault(p => p.Value == name).Key;

    /// <summary>Asks one host, at an address that was checked, who it is.</summary>
    public async Task<PeerInfo> AskAsync(string address, CancellationToken cancellation)
    {
        try
        {
            using YadoClient client = YadoClient.ForAddress(address);
            HostInfo host = await client.GetHostAsync(cancellation, Patience).ConfigureAwait(false);
            _names[address] = host.Name;
            return new PeerInfo { Address = address, Name = host.Name, Host = host };
        }
        catch (YadoException failure)
        {
            return new PeerInfo { Address = address, Name = _names.GetValueOrDefault(address), Error = failure.Message };
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "peer {Address} has not heard the greeting: {Reason}")]
    private static partial void LogSilent(ILogger logger, string address, string reason);
}
