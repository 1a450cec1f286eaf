namespace Yadokari.Protocol.Wire;

/// <summary>
/// Bounds the connections of one listening end, a door, well below what its process may have open. A connection with no request under way
/// (in its handshake, before its first request, or kept for a next one) makes room for a new one when its caller, or the
/// door, has too many of them: whoever opens many and says nothing pushes out his own. Thread-safe.
/// </summary>
/// <param name="most">Connections in all.</param>
/// <param name="mostIdleOfCaller">Of one caller, those without a request under way.</param>
public sealed class DoorKeeper(int most, int mostIdleOfCaller)
{
    private readonly Lock _lock = new();

    /// <summary>The one that has said nothing for the longest time is first.</summary>
    private readonly LinkedList<DoorPass> _idle = new();
    private readonly HashSet<DoorPass> _all = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>A connection has come.</summary>
    /// <param name="caller">Who it is, as far as that is known without its saying so: an address, a user.</param>
    /// <param name="abort">Ends it.</param>
    /// <returns>Null when it must end at once: every connection of the door has a request under way.</returns>
    public DoorPass? Enter(string caller, Action abort)
    {
        DoorPass? pushedOut = null;
        DoorPass pass = new(this, caller, abort);
        lock (_lock)
        {
            if (_idle.Count(p => p.Caller == caller) >= mostIdleOfCaller)
            {
                pushedOut = _idle.First(p => p.Caller == caller);
            }
            else if (_all.Count >= most)
            {
                pushedOut = _idle.First?.Value;
                if (pushedOut is null)
                {
                    return null;
                }
            }
            if (pushedOut is not null)
            {
                Forget(pushedOut);
            }
            _all.Add(pass);
            pass.Place = _idle.AddLast(pass);
        }
        pushedOut?.Abort();
        return pass;
    }

    /// <summary>Goes on with a connection when there is room for it, and counts it until it is over; else ends it.</summary>
    /// <param name="inside">What is done with it, to its end.</param>
    /// <inheritdoc cref="Enter"/>
    public async Task AdmitAsync(string caller, Action abort, Func<DoorPass, Task> inside)
    {
        using DoorPass? pass = Enter(caller, abort);
        if (pass is null)
        {
            abort();
            return;
        }
        await inside(pass).ConfigureAwait(false);
    }

    /// <summary>Ends the connections that a condition holds for.</summary>
    public void End(Func<DoorPass, bool> condition)
    {
        List<DoorPass> ended;
        lock (_lock)
        {
            ended = [.. _all.Where(condition)];
        }
        ended.ForEach(p => p.Abort());
    }

    internal void Begin(DoorPass pass)
    {
        lock (_lock)
        {
            if (pass.Place is { } place)
            {
                _idle.Remove(place);
                pass.Place = null;
            }
        }
    }

    internal void Finish(DoorPass pass)
    {
        lock (_lock)
        {
            if (_all.Contains(pass) && pass.Place is null)
            {
                pass.Place = _idle.AddLast(pass);
            }
        }
    }

    internal void Leave(DoorPass pass)
    {
        lock (_lock)
        {
            Forget(pass);
        }
    }

    private void Forget(DoorPass pass)
    {
        _all.Remove(pass);
        if (pass.Place is { } place)
        {
            _idle.Remove(place);
            pass.Place = null;
        }
    }
}
