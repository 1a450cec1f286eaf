using Yadokari.Rpc.State;

namespace Rdict;

/// <summary>The dictionary: words and what they mean, what clients added to it, and how often it was asked.</summary>
public sealed partial class Words
{
    [Carried] private long _calls;

    [Carried] public CarriedDictionary<string, string> Meanings { get; } = new(StringComparer.OrdinalIgnoreCase);

    public long Calls => Interlocked.Read(ref _calls);

    public bool Lookup(string word)
    {
        Interlocked.Increment(ref _calls);
        return Meanings.ContainsKey(word);
    }

    public string? Define(string word)
    {
        Interlocked.Increment(ref _calls);
        return Meanings.TryGetValue(word, out string? meaning) ? meaning : null;
    }

    /// <summary>Adds to what the word means.</summary>
    public void Add(string word, string meaning)
    {
        Interlocked.Increment(ref _calls);
        Meanings.AddOrUpdate(word, meaning, (_, old) => old + "\n" + meaning);
    }
}
