using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>Names of types that are looked for or written, and questions about symbols.</summary>
internal static class Names
{
    public const string State = "Yadokari.Rpc.State";
    public const string CarriedAttribute = State + ".CarriedAttribute";
    public const string CarriedAsAttribute = State + ".CarriedAsAttribute";
    public const string CarriedStateAttribute = State + ".CarriedStateAttribute";
    public const string CarriedTypeAttribute = State + ".CarriedTypeAttribute";
    public const string CarriedUpgradeAttribute = State + ".CarriedUpgradeAttribute";
    public const string CarriedUpgrade = State + ".CarriedUpgrade";
    public const string CarriedDictionary = State + ".CarriedDictionary<TKey, TValue>";
    public const string CarriedList = State + ".CarriedList<T>";

    /// <summary>The nested class that is generated.</summary>
    public const string Codec = "__Carried";

    public const string GlobalCodecs = "global::Yadokari.Rpc.State.Coding.Codecs";

    public static bool Has(this ISymbol symbol, string attribute) => symbol.Find(attribute) is not null;

    public static AttributeData? Find(this ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == attribute);

    public static T Named<T>(this AttributeData? attribute, string name, T otherwise) =>
        attribute?.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is T given ? given : otherwise;

    /// <summary>As generated code writes it: <c>global::System.Collections.Generic.List&lt;int&gt;</c>.</summary>
    public static string Full(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>As people read it.</summary>
    public static string Short(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>The name in source, also when it is a keyword.</summary>
    public static string InSource(this ISymbol symbol) => "@" + symbol.Name;

    public static string Quoted(this string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    public static IEnumerable<INamedTypeSymbol> WithBases(this INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null && at.SpecialType != SpecialType.System_Object; at = at.BaseType)
        {
            yield return at;
        }
    }

    /// <summary>It has, or gets, a generated codec.</summary>
    public static bool IsCarriedClass(this ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named
        && (named.GetMembers().Any(static m => m.Has(CarriedAttribute)) || !named.GetTypeMembers(Codec).IsEmpty);

    public static Location? At(this ISymbol symbol) => symbol.Locations.FirstOrDefault(static l => l.IsInSource);
}
