namespace Yadokari.Engine.Resources.Memory;

/// <summary>A range of addresses; length in bytes.</summary>
public sealed record KernelRange(ulong Start, ulong Length);
