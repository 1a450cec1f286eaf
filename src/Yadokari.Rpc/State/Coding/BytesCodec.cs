namespace Yadokari.Rpc.State.Coding;

internal sealed class BytesCodec : ReferenceCodec<byte[]>
{
    public override bool BuildsAtOnce => true;

    public override void WriteContent(CarriedWriter writer, byte[] value) => writer.WriteBytes(value);

    public override byte[] Begin(CarriedReader reader, string description) => reader.ReadBytes();

    public override void Fill(CarriedReader reader, byte[] value) => throw new InvalidOperationException("it is built at once");

    public override void Adopt(CarriedReader reader, byte[] existing)
    {
        byte[] read = reader.ReadBytes();
        if (read.Length != existing.Length)
        {
            throw reader.Wrong($"has {read.Length} bytes and is a read-only array of {existing.Length} here; give it a setter");
        }

        reader.OnCommit(() => read.CopyTo(existing, 0));
    }
}
