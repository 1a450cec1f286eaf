namespace Yadokari.Cli.Doctor;

/// <summary>One thing that <c>yado doctor</c> looked at.</summary>
/// <param name="Name">Stable, for scripts: <c>ptrace</c>, <c>user-namespaces</c>.</param>
/// <param name="Ok">It is as Yadokari wants it.</param>
/// <param name="Needed">Nothing can be moved without it; else something less is lost.</param>
/// <param name="Found">What was found here.</param>
/// <param name="Means">What that means for the user.</param>
/// <param name="Advice">What to do when it is not ok; null otherwise.</param>
public sealed record Finding(string Name, bool Ok, bool Needed, string Found, string Means, string? Advice);
