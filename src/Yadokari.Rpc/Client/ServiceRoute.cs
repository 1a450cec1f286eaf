using System.Net;

namespace Yadokari.Rpc.Client;

/// <summary>Where the service behind one address is now, and the numbers of the calls to it. Thread-safe.</summary>
internal sealed class ServiceRoute(string origin)
{
    private const int MaxConnectionsAhead = 8;

    /// <summary>A connection that nobody uses is not kept open for ever.</summary>
    private static readonly TimeSpan AheadLasts = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly SortedSet<long> _outstanding = [];
    private string _authority = origin;
    private long _last;
    private string? _ahead;
    private long _aheadAt;

    /// <summary>The authority that the client was given.</summary>
    public string Origin { get; } = origin;

    /// <summary>Name of the client towards this service.</summary>
    public string Client { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>Learned from answers.</summary>
    public string? Service { get; private set; }

    /// <summary>The highest seen.</summary>
    public int Epoch { get; private set; }

    /// <summary>HOST:PORT to send to.</summary>
    public string Authority
    {
        get
        {
            lock (_lock)
            {
                return _authority;
            }
        }
    }

    /// <summary>The given address is a numeric one on the same machine.</summary>
    public bool IsSameHost(IPAddress address) =>
        Uri.TryCreate($"http://{Origin}", UriKind.Absolute, out Uri? uri) && IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? own) && own.Equals(address);

    /// <summary>An instance has answered: it is of this service and epoch.</summary>
    public void Learn(string? service, int epoch)
    {
        lock (_lock)
        {
            Service ??= service;
            Epoch = Math.Max(Epoch, epoch);
        }
    }

    /// <summary>Follows a move; false when it is older than what is known.</summary>
    public bool TryFollow(string authority, int epoch, bool again)
    {
        lock (_lock)
        {
            if (epoch < Epoch || (epoch == Epoch && !again && _authority != authority && _authority != Origin))
            {
                return false;
            }
            _authority = authority;
            Epoch = epoch;
            return true;
        }
    }

    /// <summary>The service is about to move: how many connections to the new place are worth opening, as many as calls are made at once.
    /// 0: they have been opened.</summary>
    public int ConnectionsAhead(string authority)
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (_ahead == authority && now - _aheadAt < (long)AheadLasts.TotalMilliseconds)
            {
                return 0;
            }
            (_ahead, _aheadAt) = (authority, now);
            return Math.Clamp(_outstanding.Count, 1, MaxConnectionsAhead);
        }
    }

    /// <summary>Begins a call: its number, and the first one that is not answered yet.</summary>
    public (long Number, long Acknowledged) Begin()
    {
        lock (_lock)
        {
            long number = ++_last;
            _outstanding.Add(number);
            return (number, _outstanding.Min);
        }
    }

    /// <summary>The call will not be repeated.</summary>
    public void End(long number)
    {
        lock (_lock)
        {
            _outstanding.Remove(number);
        }
    }
}
