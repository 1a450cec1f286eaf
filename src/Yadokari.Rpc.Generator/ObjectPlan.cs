using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>A type that is carried by what is public in it.</summary>
/// <param name="Type">The type.</param>
/// <param name="CodecName">The nested class that is generated for it.</param>
internal sealed record ObjectPlan(INamedTypeSymbol Type, string CodecName)
{
    public IReadOnlyList<MemberPlan> Members { get; set; } = [];

    /// <summary>The parameters of its constructor, in order; each is a member.</summary>
    public IReadOnlyList<IParameterSymbol> Parameters { get; set; } = [];

    /// <summary>All its parts are needed to make it.</summary>
    public bool BuildsAtOnce => Type.IsValueType || Members.Any(static m => m.How is Restoring.Initialize or Restoring.Construct);
}
