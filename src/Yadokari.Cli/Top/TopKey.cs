namespace Yadokari.Cli.Top;

/// <summary>A pressed key.</summary>
/// <param name="Text">What was typed, one character as people count them; empty for keys that type nothing.</param>
public readonly record struct TopKey(TopKeyKind Kind, string Text = "")
{
    public static TopKey Typed(string text) => new(TopKeyKind.Text, text);
}
