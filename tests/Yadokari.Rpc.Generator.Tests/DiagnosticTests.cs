using Microsoft.CodeAnalysis;
using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Generator.Tests;

/// <summary>What can't be carried is said when the program is compiled, at the place in question.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("YDK001", "class S { [Carried] int _x; }", "S")]
    [InlineData("YDK001", "class Outer { partial class S { [Carried] int _x; } }", "Outer")]
    [InlineData("YDK002", "partial class S { [Carried] Action? _x; }", "_x")]
    [InlineData("YDK002", "partial class S { [Carried] List<Func<int>> _x = []; }", "_x")]
    [InlineData("YDK003", "partial class S { [Carried] System.IO.Stream? _x; }", "_x")]
    [InlineData("YDK003", "partial class S { [Carried] IntPtr _x; }", "_x")]
    [InlineData("YDK003", "partial class S { [Carried] Dictionary<string, Task<int>> _x = []; }", "_x")]
    [InlineData("YDK003", "partial class S { [Carried] CancellationTokenSource? _x; }", "_x")]
    [InlineData("YDK003", "unsafe partial class S { [Carried] int* _x; }", "_x")]
    [InlineData("YDK004", "partial class S<T> { [Carried] int _x; }", "S")]
    [InlineData("YDK005", "partial class S { [Carried] readonly int _x; }", "_x")]
    [InlineData("YDK005", "partial class S { [Carried] string X { get; } = \"\"; }", "X")]
    [InlineData("YDK005", "partial class S { [Carried] string X { get; init; } = \"\"; }", "X")]
    [InlineData("YDK005", "public class P { public int X { get; private set; } } partial class S { [Carried] P? _x; }", "_x")]
    [InlineData("YDK005", "partial record S([property: Carried] string X);", "X")]
    [InlineData("YDK006", "partial class S { [Carried] static int _x; }", "_x")]
    [InlineData("YDK006", "partial class S { [Carried] int X { set { } } }", "X")]
    [InlineData("YDK006", "partial class S { [Carried] const int X = 1; }", "X")]
    [InlineData("YDK007", "partial class S { [Carried] object? _x; }", "_x")]
    [InlineData("YDK007", "public interface I; partial class S { [Carried] List<I> _x = []; }", "_x")]
    [InlineData("YDK008", "public class P { public P(int y) { } public int X { get; set; } } partial class S { [Carried] P? _x; }", "_x")]
    [InlineData("YDK008", "partial class P { public P(int y) { } [Carried] int X; } partial class S { [Carried] P? _x; }", "_x")]
    [InlineData("YDK009", "partial class S { [Carried, CarriedAs(\"_y\")] int _x; [Carried] int _y; }", "_y")]
    [InlineData("YDK009", "partial class B { [Carried] int _x; } partial class S : B { [Carried] int _x; }", "_x")]
    [InlineData("YDK010", "partial class S { [Carried] CarriedList<int> _x = new(); }", "_x")]
    [InlineData("YDK010", "partial record S([property: Carried] CarriedList<int> X);", "X")]
    [InlineData("YDK010", "partial class S { [Carried] List<CarriedList<int>> _x = new(); }", "_x")]
    [InlineData("YDK010", "partial class P { [Carried] readonly CarriedList<int> _l = new(); } partial class S { [Carried] P? _x; }", "_x")]
    [InlineData("YDK011", "public class K { public int X { get; set; } } partial class S { [Carried] readonly CarriedDictionary<K, int> _x = new(); }", "_x")]
    [InlineData("YDK011", "public class K { public int X { get; set; } } partial class S { [Carried] System.Collections.Frozen.FrozenSet<K>? _x; }", "_x")]
    [InlineData("YDK012", "partial class S { [Carried] int _x; [CarriedUpgrade] void Up(CarriedUpgrade old) { } }", "Up")]
    [InlineData("YDK012", "partial class S { [Carried] int _x; [CarriedUpgrade] static void Up() { } }", "Up")]
    [InlineData("YDK013", "public class L : List<int>; partial class S { [Carried] L? _x; }", "_x")]
    [InlineData("YDK013", "partial class S { [Carried] int[,]? _x; }", "_x")]
    [InlineData("YDK014", "public class P { private int _y = 1; public int X { get; set; } public int Y() => _y; } partial class S { [Carried] P? _x; }", "_x")]
    [InlineData("YDK015", "partial class S { [Carried] readonly CarriedDictionary<string, List<int>> _x = new(); }", "_x")]
    [InlineData("YDK016", "partial struct S { [Carried] int _x; }", "S")]
    [InlineData("YDK016", "partial record struct S([property: Carried] int X);", "S")]
    public void What_can_t_be_carried_has_a_diagnostic_where_it_stands(string id, string source, string where)
    {
        Compiled compiled = Compiled.From("#pragma warning disable CS0169, CS0649\n" + source);

        Diagnostic finding = compiled.Findings.ShouldHaveSingleItem();
        finding.Id.ShouldBe(id);
        finding.Location.GetLineSpan().Path.ShouldBe("program.cs");
        string text = "#pragma warning disable CS0169, CS0649\n" + source;
        FileLinePositionSpan span = finding.Location.GetLineSpan();
        string line = text.Split('\n')[span.StartLinePosition.Line - Compiled.UsingLines];
        line[span.StartLinePosition.Character..span.EndLinePosition.Character].ShouldBe(where);
        finding.GetMessage().ShouldNotContain("{");
        // A warning leaves a program that compiles.
        if (finding.Severity == DiagnosticSeverity.Warning)
        {
            compiled.Errors.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Every_mistake_of_a_class_is_told_at_once()
    {
        Compiled.From("partial class S { [Carried] Action? _a; [Carried] object? _b; [Carried] static int _c; [Carried] Action? _d; }")
            .Findings.Select(static f => f.Id).Order().ShouldBe(["YDK002", "YDK002", "YDK006", "YDK007"]);
    }

    [Fact]
    public void The_message_says_which_part_of_a_type_is_meant()
    {
        Compiled.From("public class Order { public List<Line> Lines { get; set; } = []; } public class Line { public Action? Done { get; set; } } partial class S { [Carried] Order? _x; }")
            .Findings.ShouldHaveSingleItem().GetMessage()
            .ShouldBe("'_x → Order.Lines → Line.Done' can't be carried: Action is code (a delegate); carry the data it needs");
    }

    [Fact]
    public void Every_diagnostic_is_in_the_documentation()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Yadokari.slnx")))
        {
            root = root.Parent;
        }

        string page = File.ReadAllText(Path.Combine(root!.FullName, "docs", "carried-state.md"));
        foreach (DiagnosticDescriptor rule in Rules.ById.Values)
        {
            page.ShouldContain($"| {rule.Id} | {(rule.DefaultSeverity == DiagnosticSeverity.Error ? "error" : "warning")} |");
        }
    }

    [Fact]
    public void An_edit_elsewhere_generates_nothing_anew()
    {
        var compilation = Compiled.Compilation("partial class S { [Carried] int _x; }");
        GeneratorDriver driver = Compiled.Driver().RunGenerators(compilation);

        driver = driver.RunGenerators(compilation.AddSyntaxTrees(
            Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText("class Other;", (Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)compilation.SyntaxTrees.First().Options)));

        driver.GetRunResult().Results[0].TrackedSteps["classes"].SelectMany(static s => s.Outputs).Select(static o => o.Reason)
            .ShouldAllBe(static reason => reason == IncrementalStepRunReason.Cached || reason == IncrementalStepRunReason.Unchanged);
    }
}
