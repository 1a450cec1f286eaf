using System.Collections;

namespace Yadokari.Rpc.State.Coding;

internal sealed class BitArrayCodec : ReferenceCodec<BitArray>
{
    public override bool BuildsAtOnce => true;

    public override void WriteContent(CarriedWriter writer, BitArray value)
    {
        byte[] bytes = new byte[(value.Length + 7) / 8];
        value.CopyTo(bytes, 0);
        writer.BeginList(2);
        writer.WriteInteger(value.Length);
        writer.WriteBytes(bytes);
    }

    public override BitArray Begin(CarriedReader reader, string description)
    {
        if (reader.BeginList() != 2)
        {
            throw reader.Wrong("is no array of bits");
        }

        int length = (int)reader.ReadInteger(0, int.MaxValue);
        byte[] bytes = reader.ReadBytes();
        return bytes.Length == (length + 7L) / 8 ? new BitArray(bytes) { Length = length } : throw reader.Wrong("is no array of bits");
    }

    public override void Fill(CarriedReader reader, BitArray value) => throw new InvalidOperationException("it is built at once");

    public override void Adopt(CarriedReader reader, BitArray existing)
    {
        BitArray read = Begin(reader, "");
        reader.OnCommit(() =>
        {
            existing.Length = read.Length;
            existing.SetAll(false);
            existing.Or(read);
        });
    }
}
