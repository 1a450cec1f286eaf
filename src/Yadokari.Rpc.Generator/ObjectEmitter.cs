using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Yadokari.Rpc.Generator;

/// <summary>Writes the codec of a type that is carried by what is public in it.</summary>
internal static class ObjectEmitter
{
    private const string Coding = "global::Yadokari.Rpc.State.Coding";
    private const string Ignore = "global::Yadokari.Rpc.State.UnknownMembers.Ignore";

    public static void Emit(CodeWriter code, ObjectPlan plan)
    {
        string type = plan.Type.Full();
        bool isValue = plan.Type.IsValueType;
        bool complete = plan.BuildsAtOnce && plan.Members.All(static m => m.Plan.IsComplete);
        code.Open($"internal sealed class {plan.CodecName} : {Coding}.{(isValue ? "Codec" : "ReferenceCodec")}<{type}>");
        code.Line($"internal static readonly {plan.CodecName} Instance = new {plan.CodecName}();");
        code.Line($"public override bool IsComplete => {(complete ? "true" : "false")};");
        code.Open($"public override void {(isValue ? "Write" : "WriteContent")}({Coding}.CarriedWriter w, {type} value)");
        code.Line($"w.BeginMembers(0, {plan.Members.Count});");
        foreach (MemberPlan member in plan.Members)
        {
            code.Line($"w.WriteName({member.Name.Quoted()});");
            code.Line($"{member.Plan.Codec}.Write(w, value.{member.Symbol.InSource()});");
        }

        code.Close();
        if (isValue)
        {
            code.Open($"public override {type} Read({Coding}.CarriedReader r)");
            EmitBuild(code, plan, type);
            code.Close();
        }
        else if (plan.BuildsAtOnce)
        {
            code.Line("public override bool BuildsAtOnce => true;");
            code.Open($"public override {type} Begin({Coding}.CarriedReader r, string description)");
            EmitBuild(code, plan, type);
            code.Close();
            code.Line($"public override void Fill({Coding}.CarriedReader r, {type} value) => throw new global::System.InvalidOperationException();");
        }
        else
        {
            code.Line($"public override {type} Begin({Coding}.CarriedReader r, string description) => new {type}();");
            code.Open($"public override void Fill({Coding}.CarriedReader r, {type} value)");
            EmitFill(code, plan);
            code.Close();
        }

        code.Close();
    }

    private static void EmitFill(CodeWriter code, ObjectPlan plan)
    {
        OpenMembers(code, plan);
        foreach (MemberPlan member in plan.Members)
        {
            string read = member.How == Restoring.Fill
                ? $"r.ReadInto({member.Plan.Codec}, value.{member.Symbol.InSource()});"
                : $"value.{member.Symbol.InSource()} = {member.Plan.Codec}.Read(r);";
            code.Line($"case {member.Name.Quoted()}: {read} break;");
        }

        CloseMembers(code);
    }

    private static void EmitBuild(CodeWriter code, ObjectPlan plan, string type)
    {
        for (int i = 0; i < plan.Members.Count; i++)
        {
            MemberPlan member = plan.Members[i];
            // What is filled is read when the object is there: until then only its place is kept.
            code.Line(member.How == Restoring.Fill ? $"int m{i} = 0;" : $"{member.Type.Full()} m{i} = {Default(member)};");
            code.Line($"bool h{i} = false;");
        }

        OpenMembers(code, plan);
        for (int i = 0; i < plan.Members.Count; i++)
        {
            MemberPlan member = plan.Members[i];
            string read = member.How == Restoring.Fill ? $"m{i} = r.Position; r.Skip();" : $"m{i} = {member.Plan.Codec}.Read(r);";
            code.Line($"case {member.Name.Quoted()}: {read} h{i} = true; break;");
        }

        CloseMembers(code);
        string name = plan.Type.Short().Quoted();
        string arguments = string.Join(", ", plan.Parameters.Select(p => Argument(plan, p)));
        bool anyRequired = false;
        EachOf(plan, Restoring.Initialize, (member, i) =>
        {
            anyRequired |= member.Required;
            if (member.Required)
            {
                code.Line($"if (!h{i}) throw r.Missing({name}, {member.Name.Quoted()});");
            }
        });
        // A member that is not in the state keeps what the type gives it.
        if (!anyRequired)
        {
            EachOf(plan, Restoring.Initialize, (member, i) =>
                code.Line($"if (!h{i}) m{i} = new {type}({arguments}).{member.Symbol.InSource()};"));
        }

        List<string> initializers = [];
        EachOf(plan, Restoring.Initialize, (member, i) => initializers.Add($"{member.Symbol.InSource()} = m{i}"));
        string made = plan.Type.IsTupleType ? "default" : $"new {type}({arguments})" + (initializers.Count == 0 ? "" : $" {{ {string.Join(", ", initializers)} }}");
        code.Line($"{type} value = {made};");
        EachOf(plan, Restoring.Set, (member, i) => code.Line($"if (h{i}) value.{member.Symbol.InSource()} = m{i};"));
        if (plan.Members.Any(static m => m.How == Restoring.Fill))
        {
            code.Line("int end = r.Position;");
            EachOf(plan, Restoring.Fill, (member, i) =>
                code.Line($"if (h{i}) {{ r.Position = m{i}; r.ReadInto({member.Plan.Codec}, value.{member.Symbol.InSource()}); }}"));
            code.Line("r.Position = end;");
        }

        code.Line("return value;");
    }

    private static void OpenMembers(CodeWriter code, ObjectPlan plan)
    {
        string name = plan.Type.Short().Quoted();
        code.Line($"int count = r.BeginMembers({name}, out _);");
        code.Open("for (int i = 0; i < count; i++)");
        code.Open($"switch (r.ReadName({name}))");
    }

    private static void CloseMembers(CodeWriter code)
    {
        code.Line($"default: r.SkipUnknown({Ignore}); break;");
        code.Close();
        code.Close();
    }

    private static void EachOf(ObjectPlan plan, Restoring how, Action<MemberPlan, int> action)
    {
        for (int i = 0; i < plan.Members.Count; i++)
        {
            if (plan.Members[i].How == how)
            {
                action(plan.Members[i], i);
            }
        }
    }

    private static string Argument(ObjectPlan plan, IParameterSymbol parameter)
    {
        for (int i = 0; i < plan.Members.Count; i++)
        {
            if (SymbolEqualityComparer.Default.Equals(plan.Members[i].Parameter, parameter))
            {
                return $"m{i}";
            }
        }

        return $"default({parameter.Type.Full()})";
    }

    private static string Default(MemberPlan member)
    {
        string full = member.Type.Full();
        return member.Parameter is { HasExplicitDefaultValue: true, ExplicitDefaultValue: int or long or bool or string or char or byte or short } parameter
            ? $"({full})({SymbolDisplay.FormatPrimitive(parameter.ExplicitDefaultValue, quoteStrings: true, useHexadecimalNumbers: false)})"
            : $"default({full})";
    }
}
