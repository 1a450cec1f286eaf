using System.Text;
using Microsoft.CodeAnalysis;
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

        context.RegisterSourceOutput(classes, static (output, result) =>
        {
            foreach (Finding finding in result.Findings)
            {
                output.ReportDiagnostic(finding.ToDiagnostic());
            }

            if (result.Source is not null)
            {
                output.AddSource(result.FileName, SourceText.From(result.Source, Encoding.UTF8));
            }
        });
    }

    private static Generated? Generate(GeneratorAttributeSyntaxContext found, CancellationToken cancel)
    {
        if (found.TargetSymbol.ContainingType is not { } type)
        {
            return null;
        }

        // Each carried member leads here; the first one stands for its class.
        ISymbol first = type.GetMembers().First(static m => m.Has(Names.CarriedAttribute));
        if (!SymbolEqualityComparer.Default.Equals(first, found.TargetSymbol))
        {
            return null;
        }

        cancel.ThrowIfCancellationRequested();
        var findings = new List<Finding>();
        ClassPlan? plan = ClassPlanner.Plan(type, found.SemanticModel.Compilation, findings);
        string? source = plan is null || findings.Any(static f => Rules.ById[f.Id].DefaultSeverity == DiagnosticSeverity.Error)
            ? null
            : ClassEmitter.Emit(plan);
        string file = type.ToDisplayString().Replace('<', '{').Replace('>', '}') + ".Carried.g.cs";
        return new Generated(file, source, new([.. findings]));
    }
}
