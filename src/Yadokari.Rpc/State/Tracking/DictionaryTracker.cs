using System.Collections.Concurrent;
using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State.Tracking;

internal sealed class DictionaryTracker<TKey, TValue>(
    string member,
    CarriedDictionary<TKey, TValue> dictionary,
    Codec<TKey> key,
    Codec<TValue> value,
    bool required) : StateTracker(member, required)
    where TKey : notnull
{
    private ConcurrentDictionary<TKey, TValue>? _stage;

    internal override int ChangeCount => dictionary.ChangeCount;

    internal override void Begin() => dictionary.BeginTracking();

    internal override void Stop() => dictionary.StopTracking();

    internal override IEnumerable<ReadOnlyMemory<byte>> Slices(Func<CarriedWriter> newWriter, int most, bool ahead)
    {
        foreach (KeyValuePair<TKey, TValue>[] slice in dictionary.Chunk(most))
        {
            CarriedWriter writer = newWriter();
            writer.BeginMap(slice.Length);
            foreach (KeyValuePair<TKey, TValue> entry in slice)
            {
                key.Write(writer, entry.Key);
                value.Write(writer, entry.Value);
            }

            yield return writer.ToImage();
        }
    }

    internal override void WriteChanges(CarriedWriter writer, bool take)
    {
        var set = new List<KeyValuePair<TKey, TValue>>();
        var removed = new List<TKey>();
        foreach (TKey changed in dictionary.ChangedKeys())
        {
            if (take)
            {
                dictionary.Forget(changed);
            }

            if (dictionary.TryGetValue(changed, out TValue? now))
            {
                set.Add(new(changed, now));
            }
            else
            {
                removed.Add(changed);
            }
        }

        writer.BeginList(2);
        writer.BeginList(removed.Count);
        foreach (TKey gone in removed)
        {
            key.Write(writer, gone);
        }

        writer.BeginMap(set.Count);
        foreach (KeyValuePair<TKey, TValue> entry in set)
        {
            key.Write(writer, entry.Key);
            value.Write(writer, entry.Value);
        }
    }

    internal override bool HasStage => _stage is not null;

    internal override void OpenStage() => _stage = dictionary.NewMap();

    internal override void ReadSlice(CarriedReader reader) => ReadEntries(reader, Stage(reader));

    internal override void ReadChanges(CarriedReader reader)
    {
        ConcurrentDictionary<TKey, TValue> stage = Stage(reader);
        if (reader.BeginList() != 2)
        {
            throw reader.Wrong("has changes of an unknown form");
        }

        int removed = reader.BeginList();
        for (int i = 0; i < removed; i++)
        {
            stage.TryRemove(ReadKey(reader), out _);
        }

        ReadEntries(reader, stage);
    }

    internal override void Commit()
    {
        if (_stage is { } stage)
        {
            dictionary.Replace(stage);
            _stage = null;
        }
    }

    internal override void DropStage() => _stage = null;

    private ConcurrentDictionary<TKey, TValue> Stage(CarriedReader reader) =>
        _stage ?? throw reader.Wrong("has changes, and what they belong to did not come");

    private void ReadEntries(CarriedReader reader, ConcurrentDictionary<TKey, TValue> stage)
    {
        int count = reader.BeginMap();
        for (int i = 0; i < count; i++)
        {
            TKey next = ReadKey(reader);
            stage[next] = value.Read(reader);
        }
    }

    private TKey ReadKey(CarriedReader reader) => key.Read(reader) ?? throw reader.Wrong("has a null as a key");
}
