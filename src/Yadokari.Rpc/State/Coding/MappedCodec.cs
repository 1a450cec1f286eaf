namespace Yadokari.Rpc.State.Coding;

/// <summary>A value that is carried as another one: an enum as its number, a <see cref="Uri"/> as text.</summary>
internal sealed class MappedCodec<T, TCarried>(Codec<TCarried> carried, Func<T, TCarried> to, Func<TCarried, T> from) : Codec<T>
{
    public override bool IsComplete => carried.IsComplete;

    public override void Write(CarriedWriter writer, T value) => carried.Write(writer, to(value));

    public override T Read(CarriedReader reader)
    {
        TCarried value = carried.Read(reader);
        try
        {
            return from(value);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidOperationException or System.Text.Json.JsonException)
        {
            throw reader.Wrong($"{value} is no {typeof(T).Name}");
        }
    }
}
