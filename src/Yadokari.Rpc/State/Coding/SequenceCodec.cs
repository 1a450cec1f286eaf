namespace Yadokari.Rpc.State.Coding;

/// <summary>A collection that items are added to one by one.</summary>
internal sealed class SequenceCodec<TCollection, T>(Codec<T> item, SequenceShape<TCollection, T> shape) : ReferenceCodec<TCollection>
    where TCollection : class, IEnumerable<T>
{
    public override string Describe(TCollection value) => shape.Describe(value);

    public override void WriteContent(CarriedWriter writer, TCollection value)
    {
        // A snapshot where the count could change between asking and enumerating.
        ICollection<T> items = value is ICollection<T> stable && !shape.Concurrent ? stable : value.ToArray();
        int left = items.Count;
        writer.BeginList(left);
        foreach (T one in shape.Reversed ? items.Reverse() : items)
        {
            left--;
            item.Write(writer, one);
        }

        if (left != 0)
        {
            throw writer.Refuse($"a {typeof(TCollection).Name} changed while it was saved");
        }
    }

    public override TCollection Begin(CarriedReader reader, string description)
    {
        int position = reader.Position;
        int count = reader.BeginList();
        reader.Position = position;
        return shape.Create(reader, count, description);
    }

    public override void Fill(CarriedReader reader, TCollection value)
    {
        if (shape.Hashes && !item.IsComplete)
        {
            T[] items = ReadAll(reader);
            reader.AfterFill(() => AddAll(value, items));
            return;
        }

        int count = reader.BeginList();
        for (int i = 0; i < count; i++)
        {
            shape.Add(value, item.Read(reader));
        }
    }

    public override void Adopt(CarriedReader reader, TCollection existing)
    {
        T[] items = ReadAll(reader);
        reader.OnCommit(() =>
        {
            shape.Clear(existing);
            AddAll(existing, items);
        });
    }

    private T[] ReadAll(CarriedReader reader)
    {
        T[] items = new T[reader.BeginList()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = item.Read(reader);
        }

        return items;
    }

    private void AddAll(TCollection collection, T[] items)
    {
        foreach (T one in items)
        {
            shape.Add(collection, one);
        }
    }
}
