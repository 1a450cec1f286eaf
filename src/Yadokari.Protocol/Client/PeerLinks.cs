using System.Diagnostics;
using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Client;

/// <summary>
/// Clients of other hosts that are asked again and again. Their connections stay open for a while: the handshake before it is most of
/// what a short request costs both hosts. Thread-safe.
/// </summary>
/// <param name="security">Null: <see cref="ApiConnection.DefaultSecurity"/>.</param>
public sealed class PeerLinks(ILinkSecurity? security = null) : IDisposable
{
    /// <summary>One that nobody has used for so long is given up; its connections have ended before.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>Certificates end: each is looked at again this often.</summary>
    private static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Link> _links = [];
    private string? _basis;

    /// <summary>Asks the host at an address, which was checked. What only reads may be asked a second time, of whoever is there then.</summary>
    /// <param name="name">The host that must be there; null: whoever is there.</param>
    public async Task<T> AskAsync<T>(string address, string? name, Func<YadoClient, Task<T>> ask)
    {
        (Link link, bool isNew) = Take(address, name);
        try
        {
            return await ask(link.Client).ConfigureAwait(false);
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            Drop(address, link);
            // Another host may have come to the address since. One that is silent would be so a second time.
            if (isNew || failure.InnerException is OperationCanceledException)
            {
                throw;
            }
        }
        finally
        {
            GiveBack(link);
        }
        return await AskAsync(address, name, ask).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            DropWhere(static _ => true);
        }
    }

    private (Link Link, bool IsNew) Take(string address, string? name)
    {
        string basis = (security ?? ApiConnection.DefaultSecurity)?.Basis ?? "";
        lock (_lock)
        {
            bool isOther = basis != _basis;
            _basis = basis;
            DropWhere(l => isOther || Stopwatch.GetElapsedTime(l.Made) > LongestUse || Stopwatch.GetElapsedTime(l.LastUse) > LongestRest);
            bool isNew = !_links.TryGetValue(address, out Link? link) || link.Name != name;
            if (isNew)
            {
                if (link is not null)
                {
                    Drop(address, link);
                }
                _links[address] = link = new Link(YadoClient.ForAddress(address, security, name), name);
            }
            link!.Users++;
            link.LastUse = Stopwatch.GetTimestamp();
            return (link, isNew);
        }
    }

    private void GiveBack(Link link)
    {
        lock (_lock)
        {
            link.Users--;
            link.EndIfUnused();
        }
    }

    private void DropWhere(Func<Link, bool> isOver)
    {
        foreach ((string address, Link link) in _links.Where(l => isOver(l.Value)).ToArray())
        {
            Drop(address, link);
        }
    }

    private void Drop(string address, Link link)
    {
        lock (_lock)
        {
            if (_links.GetValueOrDefault(address) == link)
            {
                _links.Remove(address);
            }
            link.IsDropped = true;
            link.EndIfUnused();
        }
    }

    /// <summary>A client; whoever uses it when it is dropped goes on to the end.</summary>
    private sealed class Link(YadoClient client, string? name)
    {
        public YadoClient Client { get; } = client;

        public string? Name { get; } = name;

        public long Made { get; } = Stopwatch.GetTimestamp();

        public long LastUse { get; set; }

        public int Users { get; set; }

        public bool IsDropped { get; set; }

        public void EndIfUnused()
        {
            if (IsDropped && Users == 0)
            {
                Client.Dispose();
            }
        }
    }
}
