namespace Yadokari.Daemon.Services;

/// <summary>The connections of one move at its source, open from before the pause until behind it.</summary>
public sealed class ServiceMoveLinks(HttpServiceTarget target) : IDisposable
{
    private int _holders = 1;

    public HttpServiceTarget Target { get; } = target;

    /// <summary>The instance that serves until the commit; null: not connected yet. Disposed with this.</summary>
    public InstanceControl? Instance { get; set; }

    /// <summary>Whoever goes on with the move behind the commit holds them too, and disposes them when it is over.</summary>
    public ServiceMoveLinks Keep()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            Instance?.Dispose();
            Target.Dispose();
        }
    }
}
