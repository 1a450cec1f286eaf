namespace Yadokari.Carry;

/// <summary>Writes the loops, and what makes the compiler check the header against the program, at the header's lines.</summary>
internal sealed class Emitter(CarryHeader header, string headerPath, string? sourcePath, Func<string, string> place)
{
    private readonly CodeText _code = new(headerPath);
    private readonly Dictionary<string, StructShape> _structs = header.Structs.ToDictionary(s => s.Type);
    private int _loops;

    public string Emit()
    {
        _code.Add($"/* Made by 'yado carry' of {headerPath}: what saves and restores the variables that it declares. */");
        EmitIncludes();
        foreach (StructShape shape in header.Structs)
        {
            EmitStructChecks(shape);
        }
        foreach (StructShape shape in header.Structs)
        {
            _code.Add($"static bool_t carry_{shape.Tag}(XDR *x, {shape.Type} *at);");
        }
        foreach (StructShape shape in header.Structs)
        {
            EmitStruct(shape);
        }
        foreach (Declaration variable in header.Variables)
        {
            EmitVariable(variable);
        }
        EmitTable();
        return _code.ToString();
    }

    private void EmitIncludes()
    {
        if (sourcePath is not null)
        {
            _code.Add($"#line 1 {CodeText.Quote(sourcePath)}");
            _code.Add($"#include {CodeText.Quote(sourcePath)}");
        }
        foreach (Token directive in header.Directives)
        {
            _code.At(directive.Line);
            _code.Add(Placed(directive.Text));
        }
        _code.Add("#include <mrpc.h>");
        _code.Add("#include <stdlib.h>");
        _code.Add("#include <string.h>");
        if (sourcePath is null)
        {
            _code.Add($"#include {CodeText.Quote(headerPath)}");
            foreach ((string hook, int line) in header.Variables.Where(v => v.Marks.Hook is not null).Select(v => (v.Marks.Hook!, v.Line)))
            {
                _code.At(line);
                _code.Add($"extern bool_t {hook}(XDR *);");
            }
            if (header.After is { } after)
            {
                _code.At(after.Line);
                _code.Add($"extern void {after.Function}(void);");
            }
        }
    }

    /// <summary>An include of a file beside the header is named as seen from the code.</summary>
    private string Placed(string directive)
    {
        int open = directive.IndexOf('"');
        int close = directive.LastIndexOf('"');
        return directive[1..].TrimStart().StartsWith("include", StringComparison.Ordinal) && close > open && open >= 0
            ? $"#include {CodeText.Quote(place(directive[(open + 1)..close]))}"
            : directive;
    }

    private void EmitStructChecks(StructShape shape)
    {
        _code.Add("");
        _code.At(shape.Line);
        _code.Add($"struct carried_{shape.Tag} {{");
        foreach (Declaration member in shape.Members)
        {
            _code.At(member.Line);
            _code.Add($"{member.Text};");
        }
        _code.Add("};");
        foreach (Declaration member in shape.Members)
        {
            Assert(member.Line, $"__builtin_types_compatible_p(__typeof__((({shape.Type} *)0)->{member.Name}), {member.FullType})",
                $"member '{member.Name}' of {shape.Type} is not of the type {member.FullType} in the program");
        }
        Assert(shape.Line, $"sizeof(struct carried_{shape.Tag}) == sizeof({shape.Type})", $"{shape.Type} has other members than those described here: name them all, CARRY_NOT says which stay");
    }

    private void EmitStruct(StructShape shape)
    {
        _code.Add("");
        _code.Add($"static bool_t carry_{shape.Tag}(XDR *x, {shape.Type} *at)");
        _code.Add("{");
        foreach (Declaration member in shape.Members.Where(m => m.Marks is { Not: false, Link: false }))
        {
            _code.At(member.Line);
            EmitMove(member, "at->" + member.Name, shape);
        }
        _code.Add("return TRUE;");
        _code.Add("}");
    }

    private void EmitVariable(Declaration variable)
    {
        _code.Add("");
        Assert(variable.Line, $"__builtin_types_compatible_p(__typeof__({variable.Name}), {variable.FullType})", $"'{variable.Name}' is not of the type {variable.FullType} in the program");
        if (variable.Marks.Hook is { } checkedHook)
        {
            Assert(variable.Line, $"__builtin_types_compatible_p(__typeof__({checkedHook}), bool_t(XDR *))", $"'{checkedHook}' is not bool_t {checkedHook}(XDR *)");
        }
        _code.Add($"static bool_t carried_{variable.Name}(XDR *x)");
        _code.Add("{");
        _code.At(variable.Line);
        if (variable.Marks.Hook is { } hook)
        {
            _code.Add($"return {hook}(x);");
        }
        else
        {
            EmitMove(variable, variable.Name, null);
            _code.Add("return TRUE;");
        }
        _code.Add("}");
        if (HasPointers(variable))
        {
            _code.Add($"static void forgotten_{variable.Name}(void)");
            _code.Add("{");
            _code.Add($"memset((void *)&{variable.Name}, 0, sizeof {variable.Name});");
            _code.Add("}");
        }
    }

    /// <summary>Arrays outside, then what it points to, then the element.</summary>
    private void EmitMove(Declaration declared, string value, StructShape? owner)
    {
        Marks marks = declared.Marks;
        if (marks.Xdr is null && marks.StringMost is null && declared.Depth == 0 && declared.Dimensions.Count > 0 && CType.Of(declared.Type) == CKind.Byte)
        {
            Try($"xdr_opaque(x, (char *){value}, sizeof {value})");
            return;
        }
        string element = value;
        for (int i = 0; i < declared.Dimensions.Count; i++)
        {
            string index = $"i{_loops++}";
            _code.Add($"for (size_t {index} = 0; {index} < sizeof {element} / sizeof {element}[0]; {index}++) {{");
            element += $"[{index}]";
        }
        EmitPointed(declared, element, owner);
        for (int i = 0; i < declared.Dimensions.Count; i++)
        {
            _code.Add("}");
        }
    }

    private void EmitPointed(Declaration declared, string value, StructShape? owner)
    {
        Marks marks = declared.Marks;
        if (marks.Counted is { } counted)
        {
            EmitCounted(declared, value, owner?.Members.Any(m => m.Name == counted.Count) == true ? "at->" + counted.Count : counted.Count, counted.Most);
        }
        else if (marks.List is { } list)
        {
            EmitList(declared, value, list.Next, list.Most);
        }
        else if (marks.One)
        {
            EmitOne(declared, value);
        }
        else
        {
            EmitElement(declared, value);
        }
    }

    private void EmitElement(Declaration declared, string value)
    {
        if (declared.Marks.StringMost is { } most)
        {
            Try($"mrpc_xdr_string(x, (char **)&{value}, ({most}))");
            return;
        }
        Try(declared.Marks.Xdr is { } function ? $"{function}(x, &{value})"
            : _structs.TryGetValue(declared.Type, out StructShape? shape) ? $"carry_{shape.Tag}(x, &{value})"
            : CType.Of(declared.Type) switch
            {
                CKind.Float => $"xdr_float(x, &{value})",
                CKind.Double => $"xdr_double(x, &{value})",
                CKind.Byte or CKind.Integer => $"mrpc_xdr_integer(x, (void *)&{value}, sizeof {value})",
                _ => throw new InvalidOperationException($"the checker has let '{declared.Type}' pass"),
            });
    }

    private void EmitCounted(Declaration declared, string value, string count, string most)
    {
        string index = $"i{_loops++}";
        string number = $"n{_loops}";
        _code.Add("{");
        _code.Add($"unsigned long long {number} = (unsigned long long)({count});");
        _code.Add($"void *room = (void *){value};");
        Try($"mrpc_xdr_count(x, &{number}, ({most}), {CodeText.Quote("the number of elements")})");
        _code.Add("if (x->x_op == XDR_DECODE) {");
        _code.Add($"{count} = {number};");
        _code.Add($"if ((unsigned long long)({count}) != {number})");
        _code.Add("    return FALSE;");
        _code.Add("}");
        _code.Add("if (x->x_op != XDR_FREE) {");
        Try($"mrpc_xdr_room(x, &room, {number}, sizeof *{value})");
        _code.Add($"{value} = room;");
        _code.Add("}");
        _code.Add($"for (unsigned long long {index} = 0; {value} != NULL && {index} < {number}; {index}++) {{");
        EmitElement(declared, $"{value}[{index}]");
        _code.Add("}");
        _code.Add("if (x->x_op == XDR_FREE) {");
        _code.Add($"free((void *){value});");
        _code.Add($"{value} = NULL;");
        _code.Add("}");
        _code.Add("}");
    }

    private void EmitOne(Declaration declared, string value)
    {
        _code.Add("{");
        _code.Add($"bool_t there = {value} != NULL;");
        Try("xdr_bool(x, &there)");
        _code.Add("if (x->x_op == XDR_DECODE) {");
        _code.Add($"{value} = there ? calloc(1, sizeof *{value}) : NULL;");
        _code.Add($"if (there && {value} == NULL)");
        _code.Add("    return FALSE;");
        _code.Add("}");
        _code.Add($"if ({value} != NULL) {{");
        EmitElement(declared, $"(*{value})");
        _code.Add("}");
        _code.Add("if (x->x_op == XDR_FREE) {");
        _code.Add($"free((void *){value});");
        _code.Add($"{value} = NULL;");
        _code.Add("}");
        _code.Add("}");
    }

    private void EmitList(Declaration declared, string value, string next, string most)
    {
        string type = declared.Type;
        _code.Add("{");
        _code.Add("unsigned long long length = 0;");
        _code.Add($"for ({type} *one = {value}; x->x_op == XDR_ENCODE && one != NULL && length <= ({most}); one = one->{next})");
        _code.Add("    length++;");
        Try($"mrpc_xdr_count(x, &length, ({most}), {CodeText.Quote("the length of the list")})");
        _code.Add("if (x->x_op == XDR_DECODE) {");
        _code.Add($"{type} **end = &{value};");
        _code.Add("*end = NULL;");
        _code.Add("for (; length > 0; length--) {");
        _code.Add("*end = calloc(1, sizeof **end);");
        _code.Add("if (*end == NULL)");
        _code.Add("    return FALSE;");
        EmitElement(declared, "(**end)");
        _code.Add($"end = &(*end)->{next};");
        _code.Add("}");
        _code.Add("} else {");
        _code.Add($"for ({type} *one = {value}, *after; one != NULL; one = after) {{");
        _code.Add($"after = one->{next};");
        EmitElement(declared, "(*one)");
        _code.Add("if (x->x_op == XDR_FREE)");
        _code.Add("    free((void *)one);");
        _code.Add("}");
        _code.Add("if (x->x_op == XDR_FREE)");
        _code.Add($"    {value} = NULL;");
        _code.Add("}");
        _code.Add("}");
    }

    private void EmitTable()
    {
        Signature signature = new(header);
        _code.Add("");
        if (header.Variables.Count > 0)
        {
            _code.Add("static const struct mrpc_variable carried_variables[] = {");
            foreach (Declaration variable in header.Variables)
            {
                string forget = HasPointers(variable) ? $"forgotten_{variable.Name}" : "NULL";
                _code.Add($"{{{CodeText.Quote(variable.Name)}, {CodeText.Quote(signature.Of(variable))}, carried_{variable.Name}, {forget}}},");
            }
            _code.Add("};");
        }
        if (header.After is { } after)
        {
            Assert(after.Line, $"__builtin_types_compatible_p(__typeof__({after.Function}), void(void))", $"'{after.Function}' is not void {after.Function}(void)");
        }
        _code.Add("const struct mrpc_state mrpc_state = {");
        _code.Add($"MRPC_STATE_FORMAT, ({header.Version}), {header.Variables.Count}, ({header.Bound ?? "0"}), {(header.Variables.Count > 0 ? "carried_variables" : "NULL")}, {header.After?.Function ?? "NULL"},");
        _code.Add("};");
    }

    private bool HasPointers(Declaration declared) => declared.Marks.Hook is null && HasPointers(declared, []);

    /// <summary>Also what a function of the program's moves, whatever it is.</summary>
    private bool HasPointers(Declaration declared, HashSet<string> open) =>
        declared.Depth > 0 || declared.Marks.Xdr is not null
        || (_structs.TryGetValue(declared.Type, out StructShape? shape) && open.Add(shape.Type) && shape.Members.Any(m => HasPointers(m, open)));

    private void Try(string move)
    {
        _code.Add($"if (!{move})");
        _code.Add("    return FALSE;");
    }

    private void Assert(int line, string condition, string otherwise)
    {
        _code.At(line);
        _code.Add($"_Static_assert({condition}, {CodeText.Quote(otherwise)});");
    }
}
