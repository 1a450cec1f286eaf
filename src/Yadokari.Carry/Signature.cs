namespace Yadokari.Carry;

/// <summary>A type as one line: state of another signature is that of another variable. Bounds are no part of it, they may grow.</summary>
internal sealed class Signature(CarryHeader header)
{
    private readonly Dictionary<string, StructShape> _structs = header.Structs.ToDictionary(s => s.Type);

    public string Of(Declaration declared) => Of(declared, []);

    private string Of(Declaration declared, List<string> open)
    {
        Marks marks = declared.Marks;
        string shape = marks switch
        {
            { Hook: { } hook } => $" by {hook}",
            { Counted: not null } => " counted",
            { List: not null } => " list",
            { One: true } => " one",
            _ => "",
        };
        string members = marks.Xdr is { } xdr ? $" by {xdr}"
            : marks.Hook is null && _structs.TryGetValue(declared.Type, out StructShape? found) && !open.Contains(found.Type) ? Members(found, open)
            : "";
        return declared.FullType + shape + (marks.StringMost is null ? "" : " string") + members;
    }

    private string Members(StructShape shape, List<string> open) =>
        $"{{{string.Join(';', shape.Members.Where(m => m.Marks is { Not: false, Link: false }).Select(m => $"{m.Name}:{Of(m, [.. open, shape.Type])}"))}}}";
}
