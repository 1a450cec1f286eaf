using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Freeze;

/// <summary>What a plan that runs in a frozen process is told (<see cref="RemoteBatch.Run"/>).</summary>
/// <param name="Place">In its data: the 8 bytes that it looks at.</param>
/// <param name="Value">What they are from now on.</param>
public readonly record struct BatchWord(DataReference Place, ulong Value);
