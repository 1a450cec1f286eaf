namespace Yadokari.Carry;

/// <summary>Looks whether everything that a header declares can be moved.</summary>
internal sealed class Checker(CarryHeader header)
{
    private readonly Dictionary<string, StructShape> _structs = header.Structs.ToDictionary(s => s.Type);
    private readonly List<Finding> _findings = [];

    /// <exception cref="HeaderException">Something can't be; each finding is told.</exception>
    public static void Check(CarryHeader header)
    {
        Checker checker = new(header);
        foreach (StructShape shape in header.Structs)
        {
            checker.CheckMembers(shape);
        }
        foreach (Declaration variable in header.Variables)
        {
            checker.CheckVariable(variable);
        }
        if (checker._findings.Count > 0)
        {
            throw new HeaderException([.. checker._findings.OrderBy(f => f.Line)]);
        }
    }

    private void CheckVariable(Declaration variable)
    {
        Marks marks = variable.Marks;
        if (marks.Not || marks.Link)
        {
            Report(variable, "a variable that stays behind is simply not declared here; CARRY_NOT and CARRY_LINK are for members of structs");
        }
        else if (marks.Hook is null)
        {
            CheckShape(variable, null);
        }
        else if (marks != new Marks { Hook = marks.Hook })
        {
            Report(variable, "CARRY_HOOK moves the whole variable: no other mark goes with it");
        }
    }

    private void CheckMembers(StructShape shape)
    {
        if (shape.Members.Count == 0)
        {
            _findings.Add(new Finding(shape.Line, $"{shape.Type} is described without members"));
        }
        foreach (Declaration member in shape.Members)
        {
            if (member.Marks.Hook is not null)
            {
                Report(member, "a hook moves a variable; a member is moved by CARRY_XDR(function), which is given its address");
            }
            else if (member.Marks is { Not: false, Link: false })
            {
                CheckShape(member, shape);
            }
        }
    }

    private void CheckShape(Declaration declared, StructShape? owner)
    {
        Marks marks = declared.Marks;
        int depth = declared.Depth - marks.Shapes - (marks.StringMost is null ? 0 : 1);
        if (marks.Shapes > 1)
        {
            Report(declared, "only one of CARRY_COUNT, CARRY_LIST and CARRY_ONE can say what it points to");
        }
        else if (depth > 0)
        {
            Report(declared, "is a pointer and nothing says what it points to: CARRY_STRING(most), CARRY_COUNT(count, most), CARRY_LIST(next, most), CARRY_ONE"
                + (owner is null ? ", or CARRY_HOOK(function)" : ", CARRY_XDR(function), or CARRY_NOT"));
        }
        else if (depth < 0)
        {
            Report(declared, "is marked as a pointer and is none");
        }
        else if (marks.StringMost is not null && declared.Type != "char")
        {
            Report(declared, $"is no string: CARRY_STRING is for char *, not for {declared.Type} *");
        }
        else if (marks.Counted is { } counted && !IsName(counted.Count))
        {
            Report(declared, $"is counted by '{counted.Count}', which is no name of a {(owner is null ? "variable" : "member")}");
        }
        else if (marks.Xdr is null && marks.StringMost is null)
        {
            CheckType(declared);
        }
    }

    private void CheckType(Declaration declared)
    {
        if (declared.Type.StartsWith("union ", StringComparison.Ordinal))
        {
            Report(declared, "is a union: only the program knows which member holds; move it by CARRY_XDR(function)");
        }
        else if (!_structs.TryGetValue(declared.Type, out StructShape? shape))
        {
            if (CType.Of(declared.Type) == CKind.Unknown)
            {
                Report(declared, $"has the type '{declared.Type}', whose members are not known here: CARRY_STRUCT({declared.Type}, …) describes them, or CARRY_XDR(function) moves it");
            }
        }
        else if (declared.Marks.List is { } list && !shape.Members.Any(m => m.Name == list.Next && m.Marks.Link && m.Depth == 1 && m.Type == shape.Type))
        {
            Report(declared, $"is a list linked by '{list.Next}', and {shape.Type} has no member '{shape.Type} *{list.Next} CARRY_LINK'");
        }
        if (declared.Marks.List is not null && !_structs.ContainsKey(declared.Type))
        {
            Report(declared, $"is a list, and its type {declared.Type} is not described by CARRY_STRUCT");
        }
    }

    private void Report(Declaration declared, string what) =>
        _findings.Add(new Finding(declared.Line, what.StartsWith("is ", StringComparison.Ordinal) || what.StartsWith("has ", StringComparison.Ordinal) ? $"'{declared.Name}' {what}" : $"'{declared.Name}': {what}"));

    private static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(text[0]);
}
