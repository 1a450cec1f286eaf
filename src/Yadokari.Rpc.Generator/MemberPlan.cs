using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>A member that is carried.</summary>
/// <param name="Symbol">The field or property.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name in the saved state.</param>
/// <param name="Plan">How its value is carried.</param>
/// <param name="How">How its value is put back.</param>
/// <param name="Required">State without it is refused.</param>
internal sealed record MemberPlan(ISymbol Symbol, ITypeSymbol Type, string Name, TypePlan Plan, Restoring How, bool Required)
{
    /// <summary>The parameter of the constructor, when <see cref="How"/> says so.</summary>
    public IParameterSymbol? Parameter { get; init; }
}
