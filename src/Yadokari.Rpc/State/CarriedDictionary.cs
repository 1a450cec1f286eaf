using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Yadokari.Rpc.State;

/// <summary>
/// A dictionary for large state: it is copied ahead while calls run, and under the pause only what has changed since.
/// Between moves it costs what a <see cref="ConcurrentDictionary{TKey, TValue}"/> does. For a read-only
/// <c>[Carried]</c> member of a class with carried members.
/// <para>Thread-safe: each operation is atomic, enumeration sees a moving picture, as with a ConcurrentDictionary.</para>
/// <para>It notices that a value is set, not that something inside a value changes: use immutable values, or set the
/// changed value again, or call <see cref="Touch"/>. A value is carried on its own: an object in two values becomes two.</para>
/// </summary>
public sealed class CarriedDictionary<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    private readonly IEqualityComparer<TKey>? _comparer;
    private volatile ConcurrentDictionary<TKey, TValue> _map;
    private volatile ConcurrentDictionary<TKey, byte>? _changed;

    /// <summary>An empty dictionary.</summary>
    /// <param name="comparer">Stays the target's own in a move: both sides must make it alike.</param>
    public CarriedDictionary(IEqualityComparer<TKey>? comparer = null)
    {
        _comparer = comparer;
        _map = new ConcurrentDictionary<TKey, TValue>(comparer);
    }

    /// <summary>Number of entries. Takes all locks: not for hot paths.</summary>
    public int Count => _map.Count;

    /// <summary>Whether there is no entry.</summary>
    public bool IsEmpty => _map.IsEmpty;

    /// <summary>The keys at this moment.</summary>
    public IEnumerable<TKey> Keys => _map.Keys;

    /// <summary>The values at this moment.</summary>
    public IEnumerable<TValue> Values => _map.Values;

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">Reading: there is no such key.</exception>
    public TValue this[TKey key]
    {
        get => _map[key];
        set
        {
            _map[key] = value;
            Changed(key);
        }
    }

    /// <summary>Whether there is such a key.</summary>
    public bool ContainsKey(TKey key) => _map.ContainsKey(key);

    /// <summary>The value of a key, if there is one.</summary>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _map.TryGetValue(key, out value);

    /// <summary>Adds an entry unless the key is there.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        bool added = _map.TryAdd(key, value);
        if (added)
        {
            Changed(key);
        }

        return added;
    }

    /// <summary>The value of the key; <paramref name="value"/> is added if there is none.</summary>
    public TValue GetOrAdd(TKey key, TValue value) => GetOrAdd(key, _ => value);

    /// <summary>The value of the key; what <paramref name="make"/> returns is added if there is none.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        if (_map.TryGetValue(key, out TValue? known))
        {
            return known;
        }

        TValue value = _map.GetOrAdd(key, make);
        Changed(key);
        return value;
    }

    /// <summary>Adds an entry or replaces its value by a function of the old one, which may be called more than once.</summary>
    public TValue AddOrUpdate(TKey key, TValue added, Func<TKey, TValue, TValue> update)
    {
        TValue value = _map.AddOrUpdate(key, added, update);
        Changed(key);
        return value;
    }

    /// <summary>Replaces the value if it is still <paramref name="expected"/>.</summary>
    public bool TryUpdate(TKey key, TValue value, TValue expected)
    {
        bool updated = _map.TryUpdate(key, value, expected);
        if (updated)
        {
            Changed(key);
        }

        return updated;
    }

    /// <summary>Removes an entry, if there is one.</summary>
    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        bool removed = _map.TryRemove(key, out value);
        if (removed)
        {
            Changed(key);
        }

        return removed;
    }

    /// <summary>Removes what is there, entry by entry: what others add meanwhile may stay.</summary>
    public void Clear()
    {
        foreach (KeyValuePair<TKey, TValue> entry in _map)
        {
            TryRemove(entry.Key, out _);
        }
    }

    /// <summary>Says that something inside the value of this key has changed.</summary>
    public void Touch(TKey key) => Changed(key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => _map.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal int ChangeCount => _changed?.Count ?? 0;

    internal void BeginTracking()
    {
        _changed = new ConcurrentDictionary<TKey, byte>(_comparer);
        // Whoever changed the map before it could see the set is seen by the enumeration that follows.
        Interlocked.MemoryBarrier();
    }

    internal void StopTracking() => _changed = null;

    /// <summary>The keys that have changed, and remain so until <see cref="Forget"/>.</summary>
    internal IEnumerable<TKey> ChangedKeys() => _changed is { } changed ? changed.Select(static c => c.Key) : [];

    /// <summary>Takes a key from those that have changed. Its value must be read after that.</summary>
    internal void Forget(TKey key)
    {
        _changed?.TryRemove(key, out _);
        Interlocked.MemoryBarrier();
    }

    internal ConcurrentDictionary<TKey, TValue> NewMap() => new(_comparer);

    internal void Replace(ConcurrentDictionary<TKey, TValue> map) => _map = map;

    // After the change, never before: a copy taken between mark and change would miss the change, and between change and
    // mark it only takes it twice. The fence keeps the two in this order (store, then load).
    private void Changed(TKey key)
    {
        Interlocked.MemoryBarrier();
        if (_changed is { } changed && !changed.ContainsKey(key))
        {
            changed.TryAdd(key, 0);
        }
    }
}
