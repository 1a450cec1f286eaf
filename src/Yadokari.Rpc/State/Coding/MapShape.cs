namespace Yadokari.Rpc.State.Coding;

/// <summary>What a dictionary can do.</summary>
internal sealed record MapShape<TMap, TKey, TValue>(
    Func<CarriedReader, int, string, TMap> Create,
    Func<TMap, TKey, TValue, bool> TryAdd,
    Action<TMap> Clear)
{
    /// <summary>The comparer's name.</summary>
    public Func<TMap, string> Describe { get; init; } = static _ => "";

    /// <summary>Other threads may change it while it is enumerated.</summary>
    public bool Concurrent { get; init; }
}
