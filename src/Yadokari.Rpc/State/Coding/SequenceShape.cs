namespace Yadokari.Rpc.State.Coding;

/// <summary>What a collection of items can do.</summary>
internal sealed record SequenceShape<TCollection, T>(
    Func<CarriedReader, int, string, TCollection> Create,
    Action<TCollection, T> Add,
    Action<TCollection> Clear)
{
    /// <summary>The comparer's name.</summary>
    public Func<TCollection, string> Describe { get; init; } = static _ => "";

    /// <summary>It enumerates the last one first (stacks).</summary>
    public bool Reversed { get; init; }

    /// <summary>Adding hashes or compares the item.</summary>
    public bool Hashes { get; init; }

    /// <summary>Other threads may change it while it is enumerated.</summary>
    public bool Concurrent { get; init; }
}
