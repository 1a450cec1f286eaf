namespace Yadokari.Cli.Completion;

/// <summary>A word that could stand at the end of a command line.</summary>
/// <param name="Says">What it is; empty: nothing more to say.</param>
public sealed record Candidate(string Word, string Says);
