using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>A service on its way to this host.</summary>
public sealed class IncomingService(MoveRecord record, IDisposable? name) : Incoming(record, name)
{
    /// <summary>The held instance; null before it is started, and after a restart of the daemon.</summary>
    internal LaunchedInstance? Instance { get; set; }

    /// <summary>Where the service will be; null before the instance is started.</summary>
    internal ServicePlace? Place { get; set; }

    /// <summary>Rounds of changes that have come.</summary>
    internal int Rounds { get; set; }

    /// <summary>Lets go of the connection and the name; the instance is the caller's.</summary>
    internal void Close()
    {
        Instance?.Dispose();
        Instance = null;
        FreeName();
    }
}
