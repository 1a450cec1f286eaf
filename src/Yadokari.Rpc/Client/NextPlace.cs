namespace Yadokari.Rpc.Client;

/// <summary>Where a service is about to move to, and whether the client is connected there already. Thread-safe.</summary>
internal sealed class NextPlace
{
    private const int MaxConnections = 8;

    /// <summary>A connection that nobody uses is not kept open for ever.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(20);

    /// <summary>Until one that did not come about is tried again: a former instance there may have taken it. Twice as long each time.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private string? _authority;
    private bool _connected;
    private int _connecting;
    private int _failures;
    private long _since;

    /// <summary>ADDR:PORT when the client is connected there; else null.</summary>
    public string? Ready
    {
        get
        {
            lock (_lock)
            {
                return _connected ? _authority : null;
            }
        }
    }

    /// <summary>How many connections to a place are to be opened now, each of which must <see cref="End"/>; 0: none.</summary>
    /// <param name="calls">That the client makes at once.</param>
    public int Begin(string authority, int calls)
    {
        lock (_lock)
        {
            if (_authority != authority)
            {
                (_authority, _connected, _connecting, _failures) = (authority, false, 0, 0);
            }
            else if (_connecting > 0 || Environment.TickCount64 - _since < (long)Pause.TotalMilliseconds)
            {
                return 0;
            }
            return _connecting = Math.Clamp(calls, 1, MaxConnections);
        }
    }

    /// <summary>A connection is open, or did not come about.</summary>
    public void End(string authority, bool connected)
    {
        lock (_lock)
        {
            if (_authority == authority && _connecting > 0)
            {
                _connecting--;
                _connected |= connected;
                _failures += connected ? 0 : 1;
                _since = Environment.TickCount64;
            }
        }
    }

    /// <summary>The service has moved: what was next is past.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            (_authority, _connected, _connecting, _failures) = (null, false, 0, 0);
        }
    }

    private TimeSpan Pause => !_connected && FirstPause * Math.Pow(2, Math.Min(_failures - 1, 16)) is var pause && pause < Lasts ? pause : Lasts;
}
