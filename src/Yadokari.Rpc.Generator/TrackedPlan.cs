using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>A member that tracks its changes.</summary>
/// <param name="Symbol">The field or property.</param>
/// <param name="Name">Its name in the saved state.</param>
/// <param name="Codecs">The codecs of its parts, in order.</param>
/// <param name="Required">State without it is refused.</param>
internal sealed record TrackedPlan(ISymbol Symbol, string Name, IReadOnlyList<string> Codecs, bool Required);
