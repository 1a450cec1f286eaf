namespace Yadokari.Rpc.State.Coding;

/// <summary>One type that a member of a base type may hold, and its name in the saved state.</summary>
public abstract class DerivedCase<TBase>
    where TBase : class
{
    private protected DerivedCase(string name) => Name = name;

    internal string Name { get; }

    internal abstract bool IsComplete { get; }

    internal abstract bool Holds(TBase value);

    internal abstract bool BuildsAtOnce(string description);

    internal abstract string Describe(TBase value);

    internal abstract void WriteContent(CarriedWriter writer, TBase value);

    internal abstract TBase Begin(CarriedReader reader, string description);

    internal abstract void Fill(CarriedReader reader, TBase value);

    internal abstract void Adopt(CarriedReader reader, TBase existing);
}
