using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State.Tracking;

/// <summary>Makes trackers, for generated code.</summary>
public static class Trackers
{
    /// <summary>Of a dictionary; its keys must be complete when read.</summary>
    public static StateTracker Of<TKey, TValue>(string member, CarriedDictionary<TKey, TValue> dictionary, Codec<TKey> key, Codec<TValue> value, bool required)
        where TKey : notnull => new DictionaryTracker<TKey, TValue>(member, dictionary, key, value, required);

    /// <summary>Of a list.</summary>
    public static StateTracker Of<T>(string member, CarriedList<T> list, Codec<T> item, bool required) => new ListTracker<T>(member, list, item, required);
}
