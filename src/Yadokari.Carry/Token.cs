namespace Yadokari.Carry;

/// <summary>What a piece of a header is.</summary>
internal enum TokenKind
{
    Word,
    Number,
    Text,
    Symbol,

    /// <summary>A whole line of the preprocessor, continued lines joined.</summary>
    Directive,
    End,
}

/// <summary>A piece of a header, as it stands there.</summary>
/// <param name="Start">Where in the header.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, int Start)
{
    public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Symbol && Text == text;
}
