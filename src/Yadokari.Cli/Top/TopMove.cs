namespace Yadokari.Cli.Top;

/// <summary>A move that was made here and can be taken back.</summary>
public sealed record TopMove(string Job, string Name, string From, string To);
