using Yadokari.Rpc.State;

namespace CountingServer;

/// <summary>How often each call has run: a key that is missing was lost, one that stands at two ran twice.</summary>
[CarriedState(Name = "counts")]
internal sealed partial class Counts
{
    [Carried]
    private readonly CarriedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Every run, in its order.</summary>
    [Carried]
    private readonly CarriedList<string> _log = new();

    public int Keys => _counts.Count;

    public int Runs => _log.Count;

    public int Twice => _counts.Count(c => c.Value > 1);

    public int Add(string key)
    {
        int count = _counts.AddOrUpdate(key, 1, (_, old) => old + 1);
        _log.Add(key);
        return count;
    }

    /// <summary>An entry that no call stands for.</summary>
    public void Fill(string key) => _counts[key] = 1;

    public bool Has(string key) => _counts.ContainsKey(key);

    /// <summary>The dictionary and the list tell the same story.</summary>
    public bool IsSound() => _log.GroupBy(k => k).All(k => _counts.TryGetValue(k.Key, out int count) && count == k.Count());
}
