using System.Net;

namespace Yadokari.Rpc.Client;

/// <summary>Where the service behind one address is now, and the numbers of the calls to it. Thread-safe.</summary>
internal sealed class ServiceRoute(string origin)
{
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _outstanding = [];
    private string _authority = origin;
    private long _last;

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
            if (_authority != authority)
            {
                Next.Clear();
            }
            _authority = authority;
            Epoch = epoch;
            return true;
        }
    }

    /// <summary>Where the service is about to be.</summary>
    public NextPlace Next { get; } = new();

    /// <summary>Numbered calls that are not answered yet.</summary>
    public int Outstanding
    {
        get
        {
            lock (_lock)
            {
                return _outstanding.Count;
            }
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
