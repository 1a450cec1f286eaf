using Yadokari.Rpc.State;

namespace GrpcTally;

/// <summary>How often each word has been counted. It moves with the server.</summary>
public sealed partial class Counts
{
    [Carried] private readonly CarriedDictionary<string, long> _times = new(StringComparer.Ordinal);

    /// <summary>A word has been counted.</summary>
    public event Action<string>? Counted;

    public long Of(string word) => _times.GetValueOrDefault(word);

    public long Add(string word)
    {
        long times = _times.AddOrUpdate(word, 1, (_, old) => old + 1);
        Counted?.Invoke(word);
        return times;
    }
}
