namespace Yadokari.Rpc.State.Coding;

/// <summary>Both directions of one type. Codecs hold no state of a move: one instance serves all threads.</summary>
public abstract class Codec<T>
{
    /// <summary>
    /// What <see cref="Read"/> returns is complete at once, so that it may be hashed or compared. An object with
    /// settable members is not: it may be part of a cycle, and its members come later.
    /// </summary>
    public virtual bool IsComplete => true;

    /// <summary>Writes one value.</summary>
    public abstract void Write(CarriedWriter writer, T value);

    /// <summary>Reads one value.</summary>
    /// <exception cref="InvalidDataException">It is of another type or damaged.</exception>
    public abstract T Read(CarriedReader reader);
}
