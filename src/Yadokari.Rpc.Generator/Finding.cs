using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Yadokari.Rpc.Generator;

/// <summary>A diagnostic as a value that can be compared: no symbol, no syntax tree.</summary>
internal sealed record Finding(string Id, string Path, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    public static Finding Of(DiagnosticDescriptor rule, Location? at, params string[] arguments)
    {
        FileLinePositionSpan lines = at?.GetLineSpan() ?? default;
        return new(rule.Id, lines.Path ?? "", at?.SourceSpan ?? default, lines.Span, new(arguments));
    }

    public Diagnostic ToDiagnostic()
    {
        Location at = Path.Length == 0 ? Location.None : Location.Create(Path, Span, Lines);
        return Diagnostic.Create(Rules.ById[Id], at, [.. Arguments]);
    }
}
