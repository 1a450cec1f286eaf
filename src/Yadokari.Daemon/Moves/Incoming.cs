namespace Yadokari.Daemon.Moves;

/// <summary>Something on its way to this host, in the memory of the daemon.</summary>
public abstract class Incoming
{
    private long _lastHeard = Environment.TickCount64;

    protected Incoming(MoveRecord record, IDisposable? name)
    {
        Record = record;
        Name = name;
    }

    /// <summary>What the journal holds too, unless <see cref="IsUnwritten"/>.</summary>
    public MoveRecord Record { get; internal set; }

    /// <summary>Held by whoever changes the move, or its files.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>It was given up, and the journal could not be told: there it goes on.</summary>
    internal bool IsUnwritten { get; set; }

    /// <summary>Keeps the name free; null when it is not reserved (any more).</summary>
    internal IDisposable? Name { get; set; }

    /// <summary>Milliseconds of this machine's clock at the last word of the source, or the last step.</summary>
    public long Since => Volatile.Read(ref _lastHeard);

    /// <summary>How long the source has been silent.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastHeard));

    public void Hear() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    protected void FreeName()
    {
        Name?.Dispose();
        Name = null;
    }
}
