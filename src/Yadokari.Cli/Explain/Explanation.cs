namespace Yadokari.Cli.Explain;

/// <summary>What the name of an obstacle or of a refusal means.</summary>
/// <param name="Name">As it is printed.</param>
/// <param name="Means">What is the matter, and why that stands in the way.</param>
/// <param name="Do">What helps.</param>
public sealed record Explanation(string Name, string Means, string Do);
