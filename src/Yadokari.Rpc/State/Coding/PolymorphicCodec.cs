namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// A base class or interface. Only declared types are written and made: saved bytes can't choose another. The
/// description of an object is <c>NAME</c> or <c>NAME:DESCRIPTION</c>.
/// </summary>
internal sealed class PolymorphicCodec<TBase>(ReferenceCodec<TBase>? otherwise, DerivedCase<TBase>[] cases) : ReferenceCodec<TBase>
    where TBase : class
{
    public override bool BuildsAtOnceAs(string description) =>
        Find(description, out string inner) is { } found ? found.BuildsAtOnce(inner) : otherwise?.BuildsAtOnce ?? false;

    public override bool IsComplete => Array.TrueForAll(cases, static c => c.IsComplete) && (otherwise is null || otherwise.IsComplete);

    public override string Describe(TBase value)
    {
        if (Array.Find(cases, c => c.Holds(value)) is not { } found)
        {
            return "";
        }

        string inner = found.Describe(value);
        return inner.Length == 0 ? found.Name : $"{found.Name}:{inner}";
    }

    public override void WriteContent(CarriedWriter writer, TBase value)
    {
        if (Array.Find(cases, c => c.Holds(value)) is { } found)
        {
            found.WriteContent(writer, value);
            return;
        }

        if (otherwise is null)
        {
            throw writer.Refuse($"a {typeof(TBase).Name} is a {value.GetType().Name}, which is not declared for it ([CarriedType])");
        }

        otherwise.WriteContent(writer, value);
    }

    public override TBase Begin(CarriedReader reader, string description) =>
        Find(description, out string inner) is { } found ? found.Begin(reader, inner)
        : otherwise is not null && description.Length == 0 ? otherwise.Begin(reader, "")
        : throw reader.Wrong($"'{description}' is not declared as a {typeof(TBase).Name} ([CarriedType])");

    public override void Fill(CarriedReader reader, TBase value)
    {
        if (Array.Find(cases, c => c.Holds(value)) is { } found)
        {
            found.Fill(reader, value);
        }
        else
        {
            throw reader.Wrong($"a {value.GetType().Name} is not declared as a {typeof(TBase).Name} ([CarriedType])");
        }
    }

    public override void Adopt(CarriedReader reader, TBase existing)
    {
        if (Array.Find(cases, c => c.Holds(existing)) is { } found)
        {
            found.Adopt(reader, existing);
        }
        else
        {
            base.Adopt(reader, existing);
        }
    }

    private DerivedCase<TBase>? Find(string description, out string inner)
    {
        int colon = description.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? description : description[..colon];
        inner = colon < 0 ? "" : description[(colon + 1)..];
        return Array.Find(cases, c => c.Name == name);
    }
}
