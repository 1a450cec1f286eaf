namespace Yadokari.Rpc.State.Coding;

/// <summary>An entry of an immutable dictionary.</summary>
internal sealed class PairCodec<TKey, TValue>(Codec<TKey> key, Codec<TValue> value) : Codec<KeyValuePair<TKey, TValue>>
{
    public override bool IsComplete => key.IsComplete && value.IsComplete;

    public override void Write(CarriedWriter writer, KeyValuePair<TKey, TValue> pair)
    {
        writer.BeginList(2);
        key.Write(writer, pair.Key);
        value.Write(writer, pair.Value);
    }

    public override KeyValuePair<TKey, TValue> Read(CarriedReader reader)
    {
        if (reader.BeginList() != 2)
        {
            throw reader.Wrong("is no pair");
        }

        TKey read = key.Read(reader);
        return new(read is null ? throw reader.Wrong("has a null as a key") : read, value.Read(reader));
    }
}
