namespace Yadokari.Rpc.State.Coding;

/// <summary>A value without parts, as two functions.</summary>
internal sealed class ScalarCodec<T>(Action<CarriedWriter, T> write, Func<CarriedReader, T> read) : Codec<T>
{
    public override void Write(CarriedWriter writer, T value) => write(writer, value);

    public override T Read(CarriedReader reader) => read(reader);
}
