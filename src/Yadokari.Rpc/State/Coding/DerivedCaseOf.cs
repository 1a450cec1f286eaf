namespace Yadokari.Rpc.State.Coding;

/// <summary>One type that a member of a base type may hold: exactly this type, not what derives from it.</summary>
public sealed class DerivedCase<TBase, T>(string name, ReferenceCodec<T> codec) : DerivedCase<TBase>(name)
    where TBase : class
    where T : class, TBase
{
    internal override bool IsComplete => codec.IsComplete;

    internal override bool Holds(TBase value) => value.GetType() == typeof(T);

    internal override bool BuildsAtOnce(string description) => codec.BuildsAtOnceAs(description);

    internal override string Describe(TBase value) => codec.Describe((T)value);

    internal override void WriteContent(CarriedWriter writer, TBase value) => codec.WriteContent(writer, (T)value);

    internal override TBase Begin(CarriedReader reader, string description) => codec.Begin(reader, description);

    internal override void Fill(CarriedReader reader, TBase value) => codec.Fill(reader, (T)value);

    internal override void Adopt(CarriedReader reader, TBase existing) => codec.Adopt(reader, (T)existing);
}
