namespace Yadokari.Daemon.Moves;

/// <summary>A connection to a target, closed at the end unless somebody else has taken it by then.</summary>
internal sealed class OpenTarget(IMoveTarget target) : IDisposable
{
    private bool _isTaken;

    public IMoveTarget Target => target;

    /// <summary>From here on the caller's to close.</summary>
    public IMoveTarget Take()
    {
        _isTaken = true;
        return target;
    }

    public void Dispose()
    {
        if (!_isTaken)
        {
            target.Dispose();
        }
    }
}
