namespace Yadokari.Rpc.Generator;

/// <summary>What comes of one class: its source, or why there is none. Compared by value, so that nothing is done twice.</summary>
internal sealed record Generated(string FileName, string? Source, EquatableArray<Finding> Findings);
