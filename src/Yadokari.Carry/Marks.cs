namespace Yadokari.Carry;

/// <summary>What the marks behind a declaration say; a bound is an expression of C.</summary>
internal sealed record Marks
{
    /// <summary>CARRY_STRING(most).</summary>
    public string? StringMost { get; init; }

    /// <summary>CARRY_COUNT(count, most).</summary>
    public (string Count, string Most)? Counted { get; init; }

    /// <summary>CARRY_LIST(next, most).</summary>
    public (string Next, string Most)? List { get; init; }

    /// <summary>CARRY_ONE.</summary>
    public bool One { get; init; }

    /// <summary>CARRY_LINK: the list that goes through it moves it.</summary>
    public bool Link { get; init; }

    /// <summary>CARRY_NOT.</summary>
    public bool Not { get; init; }

    /// <summary>CARRY_XDR(function).</summary>
    public string? Xdr { get; init; }

    /// <summary>CARRY_HOOK(function).</summary>
    public string? Hook { get; init; }

    /// <summary>How many say what a pointer to several or one points to.</summary>
    public int Shapes => (Counted is null ? 0 : 1) + (List is null ? 0 : 1) + (One ? 1 : 0);
}
