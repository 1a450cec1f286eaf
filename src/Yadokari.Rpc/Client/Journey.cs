using System.Net;

namespace Yadokari.Rpc.Client;

/// <summary>What has happened to one call so far.</summary>
internal sealed class Journey
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>A service that moves once or twice during a call is followed at once.</summary>
    private const int MovesAtOnce = 2;

    private readonly HashSet<string> _tried = [];
    private string? _ahead;

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it was sent, may have run, and was not answered.</summary>
    public int Doubts { get; set; }

    public int Failures { get; set; }

    public int Moves { get; set; }

    public bool Http2 { get; init; }

    public required CallKind Kind { get; init; }

    public Exception? LastFailure { get; set; }

    /// <summary>A place that a "moved" named and that was not followed, because it seemed to be an old one.</summary>
    public (IPEndPoint Place, int Epoch)? NotFollowed { get; set; }

    /// <summary>The call was sent ahead of a move once. When that failed, it stays with the service.</summary>
    public bool WasSentAhead { get; private set; }

    /// <summary>How long to wait before the next attempt: longer each time.</summary>
    public TimeSpan Pause
    {
        get
        {
            int times = Failures + Math.Max(0, Moves - MovesAtOnce);
            TimeSpan pause = FirstPause * Math.Pow(2, Math.Clamp(times - 1, 0, 16));
            return times == 0 ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;
        }
    }

    /// <summary>Sends the next attempt to the next place; false: it has been there.</summary>
    public bool TrySendAhead(string next)
    {
        if (WasSentAhead)
        {
            return false;
        }
        (_ahead, WasSentAhead) = (next, true);
        return true;
    }

    /// <summary>Where the next attempt goes instead, if anywhere; for one attempt.</summary>
    public string? TakeAhead()
    {
        string? ahead = _ahead;
        _ahead = null;
        return ahead;
    }

    /// <summary>The best of these that was not tried yet; when all were, the best one again. Null: there is none.</summary>
    public (string Authority, int Epoch)? Choose(IReadOnlyList<(string Authority, int Epoch)> places)
    {
        if (places.Count == 0)
        {
            return null;
        }
        if (places.All(p => _tried.Contains(p.Authority)))
        {
            _tried.Clear();
        }
        (string Authority, int Epoch) chosen = places.First(p => !_tried.Contains(p.Authority));
        _tried.Add(chosen.Authority);
        return chosen;
    }
}
