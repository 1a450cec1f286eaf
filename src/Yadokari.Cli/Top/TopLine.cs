namespace Yadokari.Cli.Top;

/// <summary>A line of the screen; already cut to its width.</summary>
public readonly record struct TopLine(string Text, TopLook Look = TopLook.Plain);
