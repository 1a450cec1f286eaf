namespace Yadokari.Engine.Restore;

/// <summary>What a process that was filled has when the rest of its plan begins.</summary>
/// <param name="OwnBase">The region of the plan that filled it, which is unmapped.</param>
/// <param name="OwnLength">Bytes of that.</param>
/// <param name="FirstOwn">The stub's own descriptors start here.</param>
/// <param name="Mappings">Starts of the mappings that are whole: made, readable and writable, with their content.</param>
public sealed record FilledProcess(ulong OwnBase, ulong OwnLength, int FirstOwn, IReadOnlySet<ulong> Mappings);
