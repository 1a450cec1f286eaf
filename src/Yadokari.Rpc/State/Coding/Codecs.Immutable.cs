using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Yadokari.Rpc.State.Coding;

/// <summary>Collections that are made of all their items at once, interfaces, and a queue with priorities.</summary>
public static partial class Codecs
{
    /// <summary>An immutable array; a default one stays default.</summary>
    public static Codec<ImmutableArray<T>> ImmutableArray<T>(Codec<T> item) => new ImmutableArrayCodec<T>(item);

    /// <summary>An immutable list.</summary>
    public static ReferenceCodec<ImmutableList<T>> ImmutableList<T>(Codec<T> item) =>
        new BuiltCodec<ImmutableList<T>, T>(item, static (_, _, items) => [.. items]);

    /// <summary>An immutable queue.</summary>
    public static ReferenceCodec<ImmutableQueue<T>> ImmutableQueue<T>(Codec<T> item) =>
        new BuiltCodec<ImmutableQueue<T>, T>(item, static (_, _, items) => System.Collections.Immutable.ImmutableQueue.Create(items));

    /// <summary>An immutable stack.</summary>
    public static ReferenceCodec<ImmutableStack<T>> ImmutableStack<T>(Codec<T> item) =>
        new BuiltCodec<ImmutableStack<T>, T>(item, static (_, _, items) => System.Collections.Immutable.ImmutableStack.CreateRange(items.Reverse()));

    /// <summary>An immutable set with its comparer. Its items must be complete when read.</summary>
    public static ReferenceCodec<ImmutableHashSet<T>> ImmutableHashSet<T>(Codec<T> item) => new BuiltCodec<ImmutableHashSet<T>, T>(
        item,
        static (r, d, items) => System.Collections.Immutable.ImmutableHashSet.CreateRange(ComparerNames.Equality<T>(r, d), items),
        static c => ComparerNames.Describe(c.KeyComparer));

    /// <summary>An immutable sorted set with its comparer. Its items must be complete when read.</summary>
    public static ReferenceCodec<ImmutableSortedSet<T>> ImmutableSortedSet<T>(Codec<T> item) => new BuiltCodec<ImmutableSortedSet<T>, T>(
        item,
        static (r, d, items) => System.Collections.Immutable.ImmutableSortedSet.CreateRange(ComparerNames.Ordering<T>(r, d), items),
        static c => ComparerNames.Describe(c.KeyComparer));

    /// <summary>An immutable dictionary with its key comparer. Its keys must be complete when read.</summary>
    public static ReferenceCodec<ImmutableDictionary<TKey, TValue>> ImmutableDictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => new BuiltCodec<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
        new PairCodec<TKey, TValue>(key, value),
        static (r, d, items) => System.Collections.Immutable.ImmutableDictionary.CreateRange(ComparerNames.Equality<TKey>(r, d), Distinct(r, items)),
        static c => ComparerNames.Describe(c.KeyComparer));

    /// <summary>An immutable sorted dictionary with its key comparer. Its keys must be complete when read.</summary>
    public static ReferenceCodec<ImmutableSortedDictionary<TKey, TValue>> ImmutableSortedDictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => new BuiltCodec<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
        new PairCodec<TKey, TValue>(key, value),
        static (r, d, items) => System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(ComparerNames.Ordering<TKey>(r, d), Distinct(r, items)),
        static c => ComparerNames.Describe(c.KeyComparer));

    /// <summary>A frozen set with its comparer. Its items must be complete when read.</summary>
    public static ReferenceCodec<FrozenSet<T>> FrozenSet<T>(Codec<T> item) => new BuiltCodec<FrozenSet<T>, T>(
        item,
        static (r, d, items) => items.ToFrozenSet(ComparerNames.Equality<T>(r, d)),
        static c => ComparerNames.Describe(c.Comparer));

    /// <summary>A frozen dictionary with its comparer. Its keys must be complete when read.</summary>
    public static ReferenceCodec<FrozenDictionary<TKey, TValue>> FrozenDictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => new BuiltCodec<FrozenDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
        new PairCodec<TKey, TValue>(key, value),
        static (r, d, items) => items.ToFrozenDictionary(ComparerNames.Equality<TKey>(r, d)),
        static c => ComparerNames.Describe(c.Comparer));

    /// <summary>A read-only view, read back as one of a list of its own.</summary>
    public static ReferenceCodec<ReadOnlyCollection<T>> ReadOnlyCollection<T>(Codec<T> item) =>
        new BuiltCodec<ReadOnlyCollection<T>, T>(item, static (_, _, items) => new(items));

    /// <summary>A queue by priority, with its comparer.</summary>
    public static ReferenceCodec<PriorityQueue<TElement, TPriority>> PriorityQueue<TElement, TPriority>(Codec<TElement> element, Codec<TPriority> priority) =>
        new PriorityQueueCodec<TElement, TPriority>(element, priority);

    /// <summary>A base class or interface that holds one of several types; <paramref name="otherwise"/>, if any, takes the rest.</summary>
    public static ReferenceCodec<TBase> Polymorphic<TBase>(ReferenceCodec<TBase>? otherwise, params DerivedCase<TBase>[] cases)
        where TBase : class => new PolymorphicCodec<TBase>(otherwise, cases);

    // CreateRange of a dictionary takes a repeated key with the same value in silence and fails on another: both are damage.
    private static KeyValuePair<TKey, TValue>[] Distinct<TKey, TValue>(CarriedReader reader, KeyValuePair<TKey, TValue>[] items)
        where TKey : notnull =>
        items.Select(static i => i.Key).Distinct().Count() == items.Length ? items : throw reader.Wrong("has a key twice");
}
