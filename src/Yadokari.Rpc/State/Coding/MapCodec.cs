namespace Yadokari.Rpc.State.Coding;

/// <summary>A dictionary.</summary>
internal sealed class MapCodec<TMap, TKey, TValue>(Codec<TKey> key, Codec<TValue> value, MapShape<TMap, TKey, TValue> shape) : ReferenceCodec<TMap>
    where TMap : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    public override string Describe(TMap map) => shape.Describe(map);

    public override void WriteContent(CarriedWriter writer, TMap map)
    {
        ICollection<KeyValuePair<TKey, TValue>> entries =
            map is ICollection<KeyValuePair<TKey, TValue>> stable && !shape.Concurrent ? stable : map.ToArray();
        int left = entries.Count;
        writer.BeginMap(left);
        foreach (KeyValuePair<TKey, TValue> entry in entries)
        {
            left--;
            key.Write(writer, entry.Key);
            value.Write(writer, entry.Value);
        }

        if (left != 0)
        {
            throw writer.Refuse($"a {typeof(TMap).Name} changed while it was saved");
        }
    }

    public override TMap Begin(CarriedReader reader, string description)
    {
        int position = reader.Position;
        int count = reader.BeginMap();
        reader.Position = position;
        return shape.Create(reader, count, description);
    }

    public override void Fill(CarriedReader reader, TMap map)
    {
        if (!key.IsComplete)
        {
            (TKey Key, TValue Value)[] entries = ReadAll(reader);
            reader.AfterFill(() => AddAll(reader, map, entries));
            return;
        }

        int count = reader.BeginMap();
        for (int i = 0; i < count; i++)
        {
            TKey next = ReadKey(reader);
            if (!shape.TryAdd(map, next, value.Read(reader)))
            {
                throw reader.Wrong($"has the key {next} twice");
            }
        }
    }

    public override void Adopt(CarriedReader reader, TMap existing)
    {
        (TKey Key, TValue Value)[] entries = ReadAll(reader);
        reader.OnCommit(() =>
        {
            shape.Clear(existing);
            AddAll(reader, existing, entries);
        });
    }

    private (TKey Key, TValue Value)[] ReadAll(CarriedReader reader)
    {
        var entries = new (TKey, TValue)[reader.BeginMap()];
        for (int i = 0; i < entries.Length; i++)
        {
            TKey next = ReadKey(reader);
            entries[i] = (next, value.Read(reader));
        }

        return entries;
    }

    private TKey ReadKey(CarriedReader reader) => key.Read(reader) ?? throw reader.Wrong("has a null as a key");

    private void AddAll(CarriedReader reader, TMap map, (TKey Key, TValue Value)[] entries)
    {
        foreach ((TKey key, TValue value) in entries)
        {
            if (!shape.TryAdd(map, key, value))
            {
                throw reader.Wrong($"has the key {key} twice");
            }
        }
    }
}
