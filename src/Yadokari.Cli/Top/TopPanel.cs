namespace Yadokari.Cli.Top;

/// <summary>What is shown in place of hosts and jobs until it is left: text, choices, or both.</summary>
/// <param name="Shows">What was asked for it: it is asked again and again while it is shown. Null: it stays as it is.</param>
public sealed record TopPanel(string Title, IReadOnlyList<string> Lines, IReadOnlyList<TopChoice> Choices, TopWish? Shows = null)
{
    /// <summary>The choice that Enter takes.</summary>
    public int Chosen { get; init; }

    /// <summary>The first line of the text that is shown.</summary>
    public int Top { get; init; }

    /// <summary>The end is shown, whatever comes: as a log is read.</summary>
    public bool AtEnd { get; init; }
}
