namespace Yadokari.Engine.Restore;

/// <summary>See <see cref="Argument"/>.</summary>
public enum ArgumentKind
{
    Number,
    Slot,
    SlotAddress,
    Data,
    Region,
    Shared,
    Gate,
}
