namespace Yadokari.Cli.Top;

/// <summary>A line of a panel that can be chosen.</summary>
/// <param name="Wish">Null: not now; the text says why.</param>
public sealed record TopChoice(string Text, TopWish? Wish);
