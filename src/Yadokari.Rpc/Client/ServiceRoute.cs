using System.Net;

namespace Yadokari.Rpc.Client;

/// <summary>Where the service behind one address is now, and the numbers of the calls to it. Thread-safe.</summary>
internal sealed class ServiceRoute(string origin)
{
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _outstanding = [];
    private string _authority = origin;
    private long _last;
    private int _own;
    private int _told;

    /// <summary>The authority that the client was given.</summary>
    public string Origin { get; } = origin;

    /// <summary>Name of the client towards this service.</summary>
    public string Client { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>Learned from answers.</summary>
    public string? Service { get; private set; }

    /// <summary>Of the service where it is: what that place says of itself, or, until it has answered, what others said of it.</summary>
    public int Epoch
    {
        get
        {
            lock (_lock)
            {
                return Math.Max(_own, _told);
            }
        }
    }

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

    /// <summary>An instance has answered a call. What it says of itself counts, and nothing that others said, if it is where the service
    /// is: an epoch that was told once and is not true is forgotten.</summary>
    public void Learn(string authority, string service, int epoch)
    {
        lock (_lock)
        {
            Service ??= service;
            if (_authority == authority)
            {
                (_own, _told) = (epoch, 0);
            }
        }
    }

    /// <summary>An instance has answered a call that was sent ahead of the move: the service is there. False: it is another service.</summary>
    public bool TryArrive(string authority, string? service, int epoch)
    {
        lock (_lock)
        {
            if (service is null || (Service is not null && Service != service))
            {
                return false;
            }
            Go(authority);
            (_own, _told) = (epoch, 0);
            return true;
        }
    }

    /// <summary>Follows a "moved"; false when it is older than what is known.</summary>
    public bool TryFollow(string authority, int epoch)
    {
        lock (_lock)
        {
            int known = Math.Max(_own, _told);
            if (epoch < known || (epoch == known && _authority != authority && _authority != Origin))
            {
                return false;
            }
            Go(authority);
            _told = epoch;
            return true;
        }
    }

    /// <summary>What is known leads nowhere: goes where others say, whatever the epoch. The next answer there says whether it is true.</summary>
    public void Correct(string authority, int epoch)
    {
        lock (_lock)
        {
            Go(authority);
            (_own, _told) = (0, epoch);
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

    private void Go(string authority)
    {
        if (_authority != authority)
        {
            Next.Clear();
        }
        _authority = authority;
    }
}
