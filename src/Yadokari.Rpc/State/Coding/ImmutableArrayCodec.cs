using System.Collections.Immutable;

namespace Yadokari.Rpc.State.Coding;

internal sealed class ImmutableArrayCodec<T>(Codec<T> item) : Codec<ImmutableArray<T>>
{
    public override bool IsComplete => item.IsComplete;

    public override void Write(CarriedWriter writer, ImmutableArray<T> value)
    {
        if (value.IsDefault)
        {
            writer.WriteNull();
            return;
        }

        writer.BeginList(value.Length);
        foreach (T one in value)
        {
            item.Write(writer, one);
        }
    }

    public override ImmutableArray<T> Read(CarriedReader reader)
    {
        if (reader.TryReadNull())
        {
            return default;
        }

        int count = reader.BeginList();
        ImmutableArray<T>.Builder builder = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++)
        {
            builder.Add(item.Read(reader));
        }

        return builder.MoveToImmutable();
    }
}
