using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>A service on its way to this host, in the memory of the daemon.</summary>
public sealed class IncomingService(MoveRecord record, IDisposable? name)
{
    private long _lastHeard = Environment.TickCount64;

    /// <summary>What the journal holds too.</summary>
    public MoveRecord Record { get; internal set; } = record;

    /// <summary>Held by whoever changes the move.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The held instance; null before it is started, and after a restart of the daemon.</summary>
    internal LaunchedInstance? Instance { get; set; }

    /// <summary>Where the service will be; null before the instance is started.</summary>
    internal ServicePlace? Place { get; set; }

    /// <summary>Rounds of changes that have come.</summary>
    internal int Rounds { get; set; }

    /// <summary>Keeps the name free.</summary>
    internal IDisposable? Name { get; set; } = name;

    /// <summary>How long the source has been silent.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastHeard));

    public void Hear() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    /// <summary>Lets go of the connection and the name; the instance is the caller's.</summary>
    internal void Close()
    {
        Instance?.Dispose();
        Instance = null;
        Name?.Dispose();
        Name = null;
    }
}
