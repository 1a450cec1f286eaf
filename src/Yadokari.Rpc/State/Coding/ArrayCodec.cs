namespace Yadokari.Rpc.State.Coding;

internal sealed class ArrayCodec<T>(Codec<T> item) : ReferenceCodec<T[]>
{
    public override void WriteContent(CarriedWriter writer, T[] value)
    {
        writer.BeginList(value.Length);
        foreach (T one in value)
        {
            item.Write(writer, one);
        }
    }

    public override T[] Begin(CarriedReader reader, string description) => new T[reader.BeginList()];

    public override void Fill(CarriedReader reader, T[] value)
    {
        reader.BeginList();
        for (int i = 0; i < value.Length; i++)
        {
            value[i] = item.Read(reader);
        }
    }

    public override void Adopt(CarriedReader reader, T[] existing)
    {
        T[] read = Begin(reader, "");
        if (read.Length != existing.Length)
        {
            throw reader.Wrong($"has {read.Length} items and is a read-only array of {existing.Length} here; give it a setter");
        }

        for (int i = 0; i < read.Length; i++)
        {
            read[i] = item.Read(reader);
        }

        reader.OnCommit(() => read.CopyTo(existing, 0));
    }
}
