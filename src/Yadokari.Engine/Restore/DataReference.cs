namespace Yadokari.Engine.Restore;

/// <summary>Bytes in the plan's data area; as an argument it becomes their address.</summary>
/// <param name="Offset">Bytes from the start of the data area.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Text">How the plan's print shows it.</param>
public sealed record DataReference(int Offset, int Length, string Text);
