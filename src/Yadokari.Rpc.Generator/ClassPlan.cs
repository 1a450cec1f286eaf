using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>A class with carried members.</summary>
internal sealed record ClassPlan(
    INamedTypeSymbol Type,
    INamedTypeSymbol? CarriedBase,
    string StateName,
    int Version,
    long MaxBytes,
    bool RefusesUnknown,
    bool CanBeMade,
    string? Upgrade,
    IReadOnlyList<MemberPlan> Members,
    IReadOnlyList<TrackedPlan> Tracked,
    TypePlanner Types);
