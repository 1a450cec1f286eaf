namespace Yadokari.Rpc.State.Coding;

internal sealed class NullableCodec<T>(Codec<T> inner) : Codec<T?>
    where T : struct
{
    public override bool IsComplete => inner.IsComplete;

    public override void Write(CarriedWriter writer, T? value)
    {
        if (value is { } present)
        {
            inner.Write(writer, present);
        }
        else
        {
            writer.WriteNull();
        }
    }

    public override T? Read(CarriedReader reader) => reader.TryReadNull() ? null : inner.Read(reader);
}
