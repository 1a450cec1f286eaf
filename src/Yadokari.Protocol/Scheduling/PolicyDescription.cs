namespace Yadokari.Protocol.Scheduling;

/// <summary>A policy that can be chosen.</summary>
/// <param name="Meaning">One line for people.</param>
/// <param name="Settings">"name=default: meaning" each.</param>
public sealed record PolicyDescription(string Name, string Meaning, IReadOnlyList<string> Settings);
