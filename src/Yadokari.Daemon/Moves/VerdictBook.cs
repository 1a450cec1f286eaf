using System.Collections.Concurrent;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>What a source answers to "what became of this move". Never heard of means given up. Thread-safe.</summary>
public sealed class VerdictBook
{
    /// <summary>A target that has released asks no more: its journal said so before it answered, and is flushed soon after.</summary>
    public const int Kept = 1000;

    private readonly ConcurrentDictionary<string, MoveVerdict> _verdicts = new();
    private readonly ConcurrentQueue<string> _settled = new();

    public int Count => _verdicts.Count;

    public MoveVerdict this[string move]
    {
        get => _verdicts.GetValueOrDefault(move, MoveVerdict.Abort);
        set
        {
            if (value == MoveVerdict.Abort)
            {
                _verdicts.TryRemove(move, out _);
            }
            else
            {
                _verdicts[move] = value;
            }
        }
    }

    /// <summary>The target has released: the verdict is forgotten when many others are settled, too.</summary>
    public void Settle(string move)
    {
        this[move] = MoveVerdict.Commit;
        _settled.Enqueue(move);
        while (_settled.Count > Kept && _settled.TryDequeue(out string? old))
        {
            _verdicts.TryRemove(old, out _);
        }
    }
}
