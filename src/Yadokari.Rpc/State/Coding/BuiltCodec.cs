namespace Yadokari.Rpc.State.Coding;

/// <summary>A collection that is made of all its items at once: immutable, frozen and read-only ones.</summary>
internal sealed class BuiltCodec<TCollection, T>(
    Codec<T> item,
    Func<CarriedReader, string, T[], TCollection> build,
    Func<TCollection, string>? describe = null) : ReferenceCodec<TCollection>
    where TCollection : class, IEnumerable<T>
{
    public override bool BuildsAtOnce => true;

    public override string Describe(TCollection value) => describe is null ? "" : describe(value);

    public override void WriteContent(CarriedWriter writer, TCollection value)
    {
        T[] items = [.. value];
        writer.BeginList(items.Length);
        foreach (T one in items)
        {
            item.Write(writer, one);
        }
    }

    public override TCollection Begin(CarriedReader reader, string description)
    {
        T[] items = new T[reader.BeginList()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = item.Read(reader);
        }

        return build(reader, description, items);
    }

    public override void Fill(CarriedReader reader, TCollection value) => throw new InvalidOperationException("it is built at once");
}
