using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Yadokari.Rpc.Generator;

/// <summary>Makes each class with <c>[Carried]</c> members an <c>ICarriedState</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CarriedGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Generated> classes = context.SyntaxProvider
            .ForAttributeWithMetadataName(Names.CarriedAttribute, static (_, _) => true, static (found, cancel) => Generate(found, cancel))
            .Where(static result => result is not null)
            .Select(static (result, _) => result!)
            .WithTrackingName("classes");

        // [property: Carried] on a parameter of a record stands at the parameter, where the search above does not see it.
        IncrementalValuesProvider<Generated> records = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => IsForProperty(node), static (found, cancel) => Generate(found, cancel))
            .Where(static result => result is not null)
            .Select(static (result, _) => result!)
            .WithTrackingName("records");

        context.RegisterSourceOutput(classes, Output);
        context.RegisterSourceOutput(records, Output);
    }

    private static void Output(SourceProductionContext output, Generated result)
    {
        foreach (Finding finding in result.Findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }

        if (result.Source is not null)
        {
            output.AddSource(result.FileName, SourceText.From(result.Source, Encoding.UTF8));
        }
    }

    private static bool IsForProperty(SyntaxNode node) =>
        node is ParameterSyntax { AttributeLists.Count: > 0, Parent.Parent: RecordDeclarationSyntax } parameter
        && parameter.AttributeLists.Any(static list => list.Target?.Identifier.IsKind(SyntaxKind.PropertyKeyword) == true);

    private static Generated? Generate(GeneratorSyntaxContext found, CancellationToken cancel) =>
        found.SemanticModel.GetDeclaredSymbol((ParameterSyntax)found.Node, cancel) is { ContainingType: { } type } parameter
        && type.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault(static p => p.Has(Names.CarriedAttribute)) is { } property
            ? Generate(property, found.SemanticModel.Compilation, cancel)
            : null;

    private static Generated? Generate(GeneratorAttributeSyntaxContext found, CancellationToken cancel) =>
        Generate(found.TargetSymbol, found.SemanticModel.Compilation, cancel);

    private static Generated? Generate(ISymbol member, Compilation compilation, CancellationToken cancel)
    {
        if (member.ContainingType is not { } type)
        {
            return null;
        }

        // Each carried member leads here; the first one stands for its class.
        ISymbol first = type.GetMembers().First(static m => m.Has(Names.CarriedAttribute));
        if (!SymbolEqualityComparer.Default.Equals(first, member))
        {
            return null;
        }

        cancel.ThrowIfCancellationRequested();
        var findings = new List<Finding>();
        ClassPlan? plan = ClassPlanner.Plan(type, compilation, findings);
        string? source = plan is null || findings.Any(static f => Rules.ById[f.Id].DefaultSeverity == DiagnosticSeverity.Error)
            ? null
            : ClassEmitter.Emit(plan);
        string file = type.ToDisplayString().Replace('<', '{').Replace('>', '}') + ".Carried.g.cs";
        return new Generated(file, source, new([.. findings]));
    }
}
