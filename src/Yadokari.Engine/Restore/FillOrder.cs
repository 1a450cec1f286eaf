using System.Buffers.Binary;

namespace Yadokari.Engine.Restore;

/// <summary>One order for a process that is filled: four 8-byte words.</summary>
public readonly record struct FillOrder(FillOrderKind Kind, ulong A = 0, ulong B = 0, ulong C = 0)
{
    public const int Length = 32;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, (long)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], A);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], C);
    }
}
