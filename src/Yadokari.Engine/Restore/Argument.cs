using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>One argument of an operation: a number, a slot's value, a slot's address, or the address of data.</summary>
public readonly struct Argument
{
    private Argument(ArgumentKind kind, ulong value, DataReference? data = null, string? text = null)
    {
        Kind = kind;
        Value = value;
        Data = data;
        Text = text;
    }

    public ArgumentKind Kind { get; }

    /// <summary>The number, the slot's index, or bytes to add to the data's address.</summary>
    public ulong Value { get; }

    public DataReference? Data { get; }

    /// <summary>How to print it; null: as it is.</summary>
    public string? Text { get; }

    public static implicit operator Argument(int value) => new(ArgumentKind.Number, (ulong)(long)value);

    public static implicit operator Argument(uint value) => new(ArgumentKind.Number, value);

    public static implicit operator Argument(long value) => new(ArgumentKind.Number, (ulong)value);

    public static implicit operator Argument(ulong value) => new(ArgumentKind.Number, value);

    public static implicit operator Argument(RemoteAddress value) => new(ArgumentKind.Number, value.Value, text: value.ToString());

    public static implicit operator Argument(Slot slot) => new(ArgumentKind.Slot, (ulong)slot.Index);

    public static implicit operator Argument(DataReference data) => new(ArgumentKind.Data, 0, data);

    /// <summary>A number with a name for the print, e.g. <c>MAP_FIXED|MAP_PRIVATE</c>.</summary>
    public static Argument Named(ulong value, string text) => new(ArgumentKind.Number, value, text: text);

    /// <summary>The address of a slot, for calls that fill memory.</summary>
    public static Argument AddressOf(Slot slot) => new(ArgumentKind.SlotAddress, (ulong)slot.Index);

    /// <summary>The address of data plus some bytes.</summary>
    public static Argument AddressOf(DataReference data, ulong plus) => new(ArgumentKind.Data, plus, data);

    /// <summary>An address in the shared pages (<see cref="SharedLayout"/>), by offset from their start.</summary>
    public static Argument InShared(int offset, string text) => new(ArgumentKind.Shared, (ulong)offset, text: text);

    /// <summary>The address of the n-th gate, see <see cref="PlanBuilder.NewGate"/>.</summary>
    internal static Argument Gate(int number, string text) => new(ArgumentKind.Gate, (ulong)number, text: text);

    /// <summary>An address inside the stub's region, by offset from its base.</summary>
    public static Argument InRegion(ulong offset, string text) => new(ArgumentKind.Region, offset, text: text);
}
