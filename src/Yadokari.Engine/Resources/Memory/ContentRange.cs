namespace Yadokari.Engine.Resources.Memory;

/// <summary>A range of addresses whose bytes lie in the context file in the same order.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="End">The first behind it.</param>
/// <param name="Shift">What an address plus this is in the file.</param>
internal readonly record struct ContentRange(ulong Start, ulong End, ulong Shift);
