namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// A class, carried by reference: each object is written once, and whoever shared it shares it again. Objects are
/// written and filled from a queue, not by recursion, so that a list of a million nodes needs no stack.
/// </summary>
public abstract class ReferenceCodec<T> : Codec<T>, IObjectCodec
    where T : class
{
    /// <inheritdoc/>
    public override bool IsComplete => BuildsAtOnce;

    /// <summary>
    /// <see cref="Begin"/> reads everything and returns a finished object (a positional record, an immutable list). Such
    /// an object can't be part of a cycle that consists of its like only.
    /// </summary>
    public virtual bool BuildsAtOnce => false;

    /// <summary>The same for one object, by what <see cref="Describe"/> said of it.</summary>
    public virtual bool BuildsAtOnceAs(string description) => BuildsAtOnce;

    /// <inheritdoc/>
    public sealed override void Write(CarriedWriter writer, T value) => writer.WriteReference(value, this);

    /// <inheritdoc/>
    public sealed override T Read(CarriedReader reader) => reader.ReadReference(this)!;

    /// <summary>What an object needs to be made: the name of a derived type or of a comparer. Usually empty.</summary>
    public virtual string Describe(T value) => "";

    /// <summary>Writes what is in the object.</summary>
    public abstract void WriteContent(CarriedWriter writer, T value);

    /// <summary>Makes the object; reads all of it only when <see cref="BuildsAtOnce"/>.</summary>
    /// <param name="reader">Stands at the content.</param>
    /// <param name="description">What <see cref="Describe"/> returned.</param>
    public abstract T Begin(CarriedReader reader, string description);

    /// <summary>Reads the content into what <see cref="Begin"/> made. Not called when <see cref="BuildsAtOnce"/>.</summary>
    public abstract void Fill(CarriedReader reader, T value);

    /// <summary>
    /// Reads the content for an object that the program has made (a read-only member). The object must change only in
    /// what is given to <see cref="CarriedReader.OnCommit"/>.
    /// </summary>
    public virtual void Adopt(CarriedReader reader, T existing) =>
        throw reader.Wrong($"{typeof(T).Name} can't be restored into an object that is already there; give the member a setter");

    void IObjectCodec.WriteObject(CarriedWriter writer, object value)
    {
        T typed = (T)value;
        writer.WriteDescription(Describe(typed));
        WriteContent(writer, typed);
    }

    void IObjectCodec.FillObject(CarriedReader reader, object value) => Fill(reader, (T)value);

    void IObjectCodec.AdoptObject(CarriedReader reader, object value) => Adopt(reader, (T)value);
}
