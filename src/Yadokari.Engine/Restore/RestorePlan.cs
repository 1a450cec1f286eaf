using System.Buffers.Binary;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>The finished list of operations with their data: straight-line system calls with slots for results,
/// a few jumps, forks and barriers. Immutable.</summary>
/// <param name="slots">How many variables, with those that the entry fills.</param>
/// <param name="counters">How many counters are in the shared pages.</param>
/// <param name="sharedLength">Bytes of the shared pages; 0: it has none.</param>
public sealed class RestorePlan(IReadOnlyList<Operation> operations, ReadOnlyMemory<byte> data, int slots, int counters, int sharedLength)
{
    public IReadOnlyList<Operation> Operations { get; } = operations;

    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Bytes from the region's base to the start of the data.</summary>
    public int DataOffset { get; } = DataOffsetOf(operations);

    /// <summary>Bytes of the encoded part, a multiple of the page size.</summary>
    public int Length { get; } = Align(DataOffsetOf(operations) + data.Length, RemoteAddress.PageSize);

    /// <summary>Bytes of memory it needs when it runs: with the variables and the shared pages behind what is encoded.</summary>
    public int Span => SharedOffset + sharedLength;

    /// <summary>Bytes from the region's base to the pages that stay shared after forks.</summary>
    public int SharedOffset => Align(Length + ((slots - WellKnownSlots.FirstFree) * 8), RemoteAddress.PageSize);

    /// <summary>Bytes of those; 0: it has none.</summary>
    public int SharedLength => sharedLength;

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

        if (sharedLength > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(RegionLayout.SharedPlaceOffset), (ulong)SharedOffset);
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(RegionLayout.CounterCountOffset), (ulong)counters);
        }

        return image;
    }

    /// <summary>Bytes from the region's base to a variable.</summary>
    internal int OffsetOf(int slot) => slot < WellKnownSlots.FirstFree
        ? RegionLayout.OwnOffset + (slot * 8)
        : Length + ((slot - WellKnownSlots.FirstFree) * 8);

    private static int DataOffsetOf(IReadOnlyList<Operation> operations) => Align(RegionLayout.OperationsOffset + (operations.Count * RegionLayout.OperationLength), 64);

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
                ArgumentKind.Slot => (ulong)OffsetOf((int)argument.Value),
                ArgumentKind.SlotAddress => regionBase.Value + (ulong)OffsetOf((int)argument.Value),
                ArgumentKind.Data => regionBase.Value + (ulong)DataOffset + (ulong)argument.Data!.Offset + argument.Value,
                ArgumentKind.Region => regionBase.Value + argument.Value,
                ArgumentKind.Shared => regionBase.Value + (ulong)SharedOffset + argument.Value,
                ArgumentKind.Gate => regionBase.Value + (ulong)SharedOffset + SharedLayout.Counters + (((ulong)counters + argument.Value) * SharedLayout.Line),
                _ => throw new InvalidOperationException($"an argument of kind {argument.Kind}"),
            };
            if (argument.Kind == ArgumentKind.Slot)
            {
                target[1] |= (byte)(1 << i);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(target[(8 + (i * 8))..], value);
        }

        BinaryPrimitives.WriteInt32LittleEndian(target[56..], operation.Result is { } result ? OffsetOf(result.Index) : -1);
        int position = operation.Target is null ? -1 : PositionOf(operation.Target);
        BinaryPrimitives.WriteInt32LittleEndian(target[60..], position);
        ulong message = operation.Message is null ? 0 : regionBase.Value + (ulong)DataOffset + (ulong)operation.Message.Offset;
        BinaryPrimitives.WriteUInt64LittleEndian(target[64..], message);
    }
}
