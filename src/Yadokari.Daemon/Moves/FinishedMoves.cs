using System.Collections.Concurrent;

namespace Yadokari.Daemon.Moves;

/// <summary>Moves that are over stay in memory for who asks again; the oldest leave when there are many.</summary>
internal static class FinishedMoves
{
    /// <summary>A source that has not heard the answer asks again within seconds, or after its daemon has been started again.</summary>
    public const int Kept = 1000;

    /// <summary>Not at each end, since all are looked at.</summary>
    private const int Slack = 100;

    public static void Forget<T>(ConcurrentDictionary<string, T> moves)
        where T : Incoming
    {
        if (moves.Count <= Kept + Slack)
        {
            return;
        }
        List<T> over = [.. moves.Values.Where(m => m.Record.State.IsFinal && !m.IsUnwritten).OrderBy(m => m.Since)];
        foreach (T old in over.Take(over.Count - Kept))
        {
            moves.TryRemove(old.Record.Id, out _);
        }
    }
}
