using System.Buffers.Binary;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>The finished list of operations with their data: straight-line system calls with slots for results,
/// a few jumps, forks and barriers. Immutable.</summary>
public sealed class RestorePlan(IReadOnlyList<Operation> operations, ReadOnlyMemory<byte> data)
{
    public IReadOnlyList<Operation> Operations { get; } = operations;

    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Bytes from the region's base to the start of the data.</summary>
    public int DataOffset => Align(RegionLayout.OperationsOffset + (Operations.Count * RegionLayout.OperationLength), 64);

    /// <summary>Bytes of the whole encoded region, a multiple of the page size.</summary>
    public int Length => Align(DataOffset + Data.Length, RemoteAddress.PageSize);

    /// <summary>Encodes code, operations and data for a region at the given base.</summary>
    /// <param name="regionBase">Where it will run.</param>
    /// <param name="span">Bytes of the whole region, with what the plan parks behind its own end; 0 for a batch.</param>
    public byte[] Encode(RemoteAddress regionBase, ulong span = 0)
    {
        byte[] image = new byte[Length];
        Interpreter.Code.CopyTo(image);
        for (int i = 0; i < Operations.Count; i++)
        {
            Encode(Operations[i], regionBase, image.AsSpan(RegionLayout.OperationsOffset + (i * RegionLayout.OperationLength), RegionLayout.OperationLength));
        }

        Data.Span.CopyTo(image.AsSpan(DataOffset));
        Span<byte> header = image.AsSpan(RegionLayout.HeaderOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(header, regionBase.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], (ulong)Length);
        if (span != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(header[16..], span);
            ulong code = Checksum.Compute(image.AsSpan(0, RegionLayout.HeaderOffset));
            ulong rest = Checksum.Compute(image.AsSpan(RegionLayout.OperationsOffset));
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], code | (rest << 32));
        }

        return image;
    }

    private static int Align(int value, int alignment) => (value + alignment - 1) / alignment * alignment;

    private static int PositionOf(PlanLabel label) =>
        label.Position >= 0 ? label.Position : throw new InvalidOperationException($"label {label.Name} was never placed");

    private void Encode(Operation operation, RemoteAddress regionBase, Span<byte> target)
    {
        target[0] = (byte)operation.Kind;
        target[2] = (byte)operation.OnError;
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], operation.Number);
        if (operation.Arguments.Length > 6)
        {
            throw new InvalidOperationException($"{operation.Kind} has {operation.Arguments.Length} arguments, 6 fit");
        }

        for (int i = 0; i < operation.Arguments.Length; i++)
        {
            Argument argument = operation.Arguments[i];
            ulong value = argument.Kind switch
            {
                ArgumentKind.Number => argument.Value,
                ArgumentKind.Slot => argument.Value,
                ArgumentKind.SlotAddress => regionBase.Value + RegionLayout.SlotsOffset + (argument.Value * 8),
                ArgumentKind.Data => regionBase.Value + (ulong)DataOffset + (ulong)argument.Data!.Offset + argument.Value,
                _ => regionBase.Value + argument.Value,
            };
            if (argument.Kind == ArgumentKind.Slot)
            {
                target[1] |= (byte)(1 << i);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(target[(8 + (i * 8))..], value);
        }

        BinaryPrimitives.WriteInt32LittleEndian(target[56..], operation.Result?.Index ?? -1);
        int position = operation.Target is null ? -1 : PositionOf(operation.Target);
        BinaryPrimitives.WriteInt32LittleEndian(target[60..], position);
        ulong message = operation.Message is null ? 0 : regionBase.Value + (ulong)DataOffset + (ulong)operation.Message.Offset;
        BinaryPrimitives.WriteUInt64LittleEndian(target[64..], message);
    }
}
