namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// The entries in the order of the heap: added in that order to an empty queue they take the same places, so that equal
/// priorities come out as they would have.
/// </summary>
internal sealed class PriorityQueueCodec<TElement, TPriority>(Codec<TElement> element, Codec<TPriority> priority)
    : ReferenceCodec<PriorityQueue<TElement, TPriority>>
{
    public override string Describe(PriorityQueue<TElement, TPriority> value) => ComparerNames.Describe(value.Comparer);

    public override void WriteContent(CarriedWriter writer, PriorityQueue<TElement, TPriority> value)
    {
        writer.BeginList(2 * value.Count);
        foreach ((TElement one, TPriority its) in value.UnorderedItems)
        {
            element.Write(writer, one);
            priority.Write(writer, its);
        }
    }

    public override PriorityQueue<TElement, TPriority> Begin(CarriedReader reader, string description) =>
        new(ComparerNames.Ordering<TPriority>(reader, description));

    public override void Fill(CarriedReader reader, PriorityQueue<TElement, TPriority> value)
    {
        (TElement, TPriority)[] entries = ReadAll(reader);
        if (priority.IsComplete)
        {
            AddAll(value, entries);
        }
        else
        {
            reader.AfterFill(() => AddAll(value, entries));
        }
    }

    public override void Adopt(CarriedReader reader, PriorityQueue<TElement, TPriority> existing)
    {
        (TElement, TPriority)[] entries = ReadAll(reader);
        reader.OnCommit(() =>
        {
            existing.Clear();
            AddAll(existing, entries);
        });
    }

    private (TElement Element, TPriority Priority)[] ReadAll(CarriedReader reader)
    {
        int count = reader.BeginList();
        if (count % 2 != 0)
        {
            throw reader.Wrong("has an element without a priority");
        }

        var entries = new (TElement, TPriority)[count / 2];
        for (int i = 0; i < entries.Length; i++)
        {
            TElement one = element.Read(reader);
            entries[i] = (one, priority.Read(reader));
        }

        return entries;
    }

    private static void AddAll(PriorityQueue<TElement, TPriority> queue, (TElement Element, TPriority Priority)[] entries)
    {
        foreach ((TElement one, TPriority its) in entries)
        {
            queue.Enqueue(one, its);
        }
    }
}
