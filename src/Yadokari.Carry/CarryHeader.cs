namespace Yadokari.Carry;

/// <summary>A header of carried variables, read.</summary>
internal sealed record CarryHeader
{
    /// <summary>Includes and definitions, with their lines.</summary>
    public required IReadOnlyList<Token> Directives { get; init; }

    public required IReadOnlyList<StructShape> Structs { get; init; }

    public required IReadOnlyList<Declaration> Variables { get; init; }

    public required string Version { get; init; }

    /// <summary>Bytes, an expression of C; null: the library's own.</summary>
    public string? Bound { get; init; }

    /// <summary>What is called when the state has arrived.</summary>
    public (string Function, int Line)? After { get; init; }
}
