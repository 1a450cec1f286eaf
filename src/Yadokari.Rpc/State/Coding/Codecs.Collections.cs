using System.Collections.Concurrent;
using System.Collections.ObjectModel;

namespace Yadokari.Rpc.State.Coding;

/// <summary>Collections that items are added to.</summary>
public static partial class Codecs
{
    /// <summary>An array of one dimension.</summary>
    public static ReferenceCodec<T[]> Array<T>(Codec<T> item) => new ArrayCodec<T>(item);

    /// <summary>A list.</summary>
    public static ReferenceCodec<List<T>> List<T>(Codec<T> item) => Sequence<List<T>, T>(
        item, new(static (_, count, _) => new(count), static (c, x) => c.Add(x), static c => c.Clear()));

    /// <summary>A set with its comparer.</summary>
    public static ReferenceCodec<HashSet<T>> HashSet<T>(Codec<T> item) => Sequence<HashSet<T>, T>(
        item,
        new(static (r, count, d) => new(count, ComparerNames.Equality<T>(r, d)), static (c, x) => c.Add(x), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
            Hashes = true,
        });

    /// <summary>A sorted set with its comparer.</summary>
    public static ReferenceCodec<SortedSet<T>> SortedSet<T>(Codec<T> item) => Sequence<SortedSet<T>, T>(
        item,
        new(static (r, _, d) => new(ComparerNames.Ordering<T>(r, d)), static (c, x) => c.Add(x), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
            Hashes = true,
        });

    /// <summary>A queue.</summary>
    public static ReferenceCodec<Queue<T>> Queue<T>(Codec<T> item) => Sequence<Queue<T>, T>(
        item, new(static (_, count, _) => new(count), static (c, x) => c.Enqueue(x), static c => c.Clear()));

    /// <summary>A stack.</summary>
    public static ReferenceCodec<Stack<T>> Stack<T>(Codec<T> item) => Sequence<Stack<T>, T>(
        item, new(static (_, count, _) => new(count), static (c, x) => c.Push(x), static c => c.Clear()) { Reversed = true });

    /// <summary>A linked list.</summary>
    public static ReferenceCodec<LinkedList<T>> LinkedList<T>(Codec<T> item) => Sequence<LinkedList<T>, T>(
        item, new(static (_, _, _) => new(), static (c, x) => c.AddLast(x), static c => c.Clear()));

    /// <summary>A collection; of its own subclasses only the items.</summary>
    public static ReferenceCodec<Collection<T>> Collection<T>(Codec<T> item) => Sequence<Collection<T>, T>(
        item, new(static (_, _, _) => [], static (c, x) => c.Add(x), static c => c.Clear()));

    /// <summary>A collection that tells of its changes; who listens is not carried.</summary>
    public static ReferenceCodec<ObservableCollection<T>> ObservableCollection<T>(Codec<T> item) => Sequence<ObservableCollection<T>, T>(
        item, new(static (_, _, _) => [], static (c, x) => c.Add(x), static c => c.Clear()));

    /// <summary>A thread-safe queue.</summary>
    public static ReferenceCodec<ConcurrentQueue<T>> ConcurrentQueue<T>(Codec<T> item) => Sequence<ConcurrentQueue<T>, T>(
        item, new(static (_, _, _) => [], static (c, x) => c.Enqueue(x), static c => c.Clear()) { Concurrent = true });

    /// <summary>A thread-safe stack.</summary>
    public static ReferenceCodec<ConcurrentStack<T>> ConcurrentStack<T>(Codec<T> item) => Sequence<ConcurrentStack<T>, T>(
        item, new(static (_, _, _) => [], static (c, x) => c.Push(x), static c => c.Clear()) { Reversed = true, Concurrent = true });

    /// <summary>A thread-safe bag.</summary>
    public static ReferenceCodec<ConcurrentBag<T>> ConcurrentBag<T>(Codec<T> item) => Sequence<ConcurrentBag<T>, T>(
        item, new(static (_, _, _) => [], static (c, x) => c.Add(x), static c => c.Clear()) { Reversed = true, Concurrent = true });

    /// <summary>Whatever can be enumerated, read back as a list.</summary>
    public static ReferenceCodec<TCollection> ListLike<TCollection, T>(Codec<T> item, Func<List<T>, TCollection> asCollection)
        where TCollection : class, IEnumerable<T> => new BuiltCodec<TCollection, T>(item, (_, _, items) => asCollection([.. items]));

    /// <summary>A dictionary with its comparer.</summary>
    public static ReferenceCodec<Dictionary<TKey, TValue>> Dictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => Map<Dictionary<TKey, TValue>, TKey, TValue>(
        key,
        value,
        new(static (r, count, d) => new(count, ComparerNames.Equality<TKey>(r, d)), static (c, k, v) => c.TryAdd(k, v), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
        });

    /// <summary>A sorted dictionary with its comparer.</summary>
    public static ReferenceCodec<SortedDictionary<TKey, TValue>> SortedDictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => Map<SortedDictionary<TKey, TValue>, TKey, TValue>(
        key,
        value,
        new(static (r, _, d) => new(ComparerNames.Ordering<TKey>(r, d)), static (c, k, v) => c.TryAdd(k, v), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
        });

    /// <summary>A sorted list with its comparer.</summary>
    public static ReferenceCodec<SortedList<TKey, TValue>> SortedList<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => Map<SortedList<TKey, TValue>, TKey, TValue>(
        key,
        value,
        new(static (r, count, d) => new(count, ComparerNames.Ordering<TKey>(r, d)), static (c, k, v) => c.TryAdd(k, v), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
        });

    /// <summary>A thread-safe dictionary with its comparer.</summary>
    public static ReferenceCodec<ConcurrentDictionary<TKey, TValue>> ConcurrentDictionary<TKey, TValue>(Codec<TKey> key, Codec<TValue> value)
        where TKey : notnull => Map<ConcurrentDictionary<TKey, TValue>, TKey, TValue>(
        key,
        value,
        new(static (r, _, d) => new(ComparerNames.Equality<TKey>(r, d)), static (c, k, v) => c.TryAdd(k, v), static c => c.Clear())
        {
            Describe = static c => ComparerNames.Describe(c.Comparer),
            Concurrent = true,
        });

    private static SequenceCodec<TCollection, T> Sequence<TCollection, T>(Codec<T> item, SequenceShape<TCollection, T> shape)
        where TCollection : class, IEnumerable<T> => new(item, shape);

    private static MapCodec<TMap, TKey, TValue> Map<TMap, TKey, TValue>(Codec<TKey> key, Codec<TValue> value, MapShape<TMap, TKey, TValue> shape)
        where TMap : class, IEnumerable<KeyValuePair<TKey, TValue>>
        where TKey : notnull => new(key, value, shape);
}
