using System.Collections;

namespace Yadokari.Rpc.State;

/// <summary>
/// A list for large state: it is copied ahead while calls run, and under the pause only what has changed since: items
/// that were set, and everything behind the first that was inserted or removed. Made for lists that grow at the end.
/// For a read-only <c>[Carried]</c> member of a class with carried members.
/// <para>Thread-safe: each operation takes the list's lock; enumeration sees the list as it was when it began.</para>
/// <para>It notices that an item is set, not that something inside an item changes: use immutable items, or set the
/// changed item again. An item is carried on its own: an object in two items becomes two.</para>
/// </summary>
public sealed class CarriedList<T> : IReadOnlyList<T>
{
    private readonly Lock _lock = new();
    private List<T> _items = [];

    // While tracking: the first _sent items have been copied, but for those at the indexes in _set. Otherwise null.
    private HashSet<int>? _set;
    private int _sent;

    /// <summary>Number of items.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _items.Count;
            }
        }
    }

    /// <summary>One item.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public T this[int index]
    {
        get
        {
            lock (_lock)
            {
                return _items[index];
            }
        }

        set
        {
            lock (_lock)
            {
                _items[index] = value;
                if (index < _sent)
                {
                    _set?.Add(index);
                }
            }
        }
    }

    /// <summary>Adds an item at the end and returns its index.</summary>
    public int Add(T item)
    {
        lock (_lock)
        {
            _items.Add(item);
            return _items.Count - 1;
        }
    }

    /// <summary>Inserts an item; all behind it move.</summary>
    public void Insert(int index, T item)
    {
        lock (_lock)
        {
            _items.Insert(index, item);
            Shifted(index);
        }
    }

    /// <summary>Removes an item; all behind it move.</summary>
    public void RemoveAt(int index)
    {
        lock (_lock)
        {
            _items.RemoveAt(index);
            Shifted(index);
        }
    }

    /// <summary>Removes all items.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _items.Clear();
            Shifted(0);
        }
    }

    /// <summary>All items at this moment.</summary>
    public T[] ToArray()
    {
        lock (_lock)
        {
            return [.. _items];
        }
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal int ChangeCount
    {
        get
        {
            lock (_lock)
            {
                return _set is null ? 0 : _set.Count + (_items.Count - _sent);
            }
        }
    }

    internal void BeginTracking()
    {
        lock (_lock)
        {
            _set = [];
            _sent = 0;
        }
    }

    internal void StopTracking()
    {
        lock (_lock)
        {
            _set = null;
            _sent = 0;
        }
    }

    /// <summary>Some items from <paramref name="at"/>; or, ahead, from the first that was not copied yet, and they count as copied.</summary>
    internal (int Start, T[] Items) Slice(int at, int most, bool ahead)
    {
        lock (_lock)
        {
            int start = ahead ? _sent : at;
            T[] items = [.. _items.Skip(start).Take(most)];
            if (ahead)
            {
                _sent += items.Length;
            }

            return (start, items);
        }
    }

    /// <summary>What a copy lacks: how many items, those set since, and all from the first that was not copied.</summary>
    internal (int Start, T[] Tail, KeyValuePair<int, T>[] Set) Changes()
    {
        lock (_lock)
        {
            return (_sent, [.. _items.Skip(_sent)], [.. (_set ?? []).Select(i => KeyValuePair.Create(i, _items[i]))]);
        }
    }

    /// <summary>As <see cref="Changes"/>, and they count as copied.</summary>
    internal (int Start, T[] Tail, KeyValuePair<int, T>[] Set) TakeChanges()
    {
        lock (_lock)
        {
            (int Start, T[] Tail, KeyValuePair<int, T>[] Set) changes = Changes();
            _set?.Clear();
            _sent = _items.Count;
            return changes;
        }
    }

    internal void Replace(List<T> items)
    {
        lock (_lock)
        {
            _items = items;
        }
    }

    private void Shifted(int index)
    {
        if (_set is not null && index < _sent)
        {
            _sent = index;
            _set.RemoveWhere(i => i >= index);
        }
    }
}
