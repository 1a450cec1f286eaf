using Yadokari.Daemon.Engine;

namespace Yadokari.Daemon.Moves;

/// <summary>A move to this host, in the memory of the daemon.</summary>
public sealed class IncomingMove : IDisposable
{
    private long _lastHeard = Environment.TickCount64;

    internal IncomingMove(MoveRecord record, IDisposable? name)
    {
        Record = record;
        Name = name;
    }

    /// <summary>What the journal holds too.</summary>
    public MoveRecord Record { get; internal set; }

    /// <summary>Held by whoever changes the move.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The rebuilt process; null before it is prepared, after it was released, and after a restart of the daemon.</summary>
    internal IHeldJob? Held { get; set; }

    /// <summary>Keeps the job's name free; null when it is not reserved (any more).</summary>
    internal IDisposable? Name { get; set; }

    /// <summary>Cancelled when the move is given up: ends a stream that still waits for frames.</summary>
    internal CancellationTokenSource GivenUp { get; } = new();

    /// <summary>How long the source has been silent.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastHeard));

    public void Hear() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    public void Dispose()
    {
        Held?.Dispose();
        Held = null;
        Name?.Dispose();
        Name = null;
    }
}
