using System.Buffers.Binary;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A list for semop(2), all of whose operations are done at once, or none; none waits.</summary>
/// <param name="number">The semaphore's number in its set.</param>
/// <param name="value">Its value.</param>
internal sealed class SemaphoreOperations(int number, int value)
{
    private const int Length = 6; // struct sembuf
    private const short NoWait = 0x800; // IPC_NOWAIT
    private const short Undo = 0x1000; // SEM_UNDO
    private const int MostValue = short.MaxValue; // SEMVMX

    private readonly List<byte> _bytes = [];

    public int Count => _bytes.Count / Length;

    /// <summary>Leaves the semaphore as it is, and adds to what is undone at the end of whoever makes the call.</summary>
    /// <param name="change">At most 65536 more or less.</param>
    public SemaphoreOperations Adjust(int change)
    {
        // From 0 it can go up by as much as it can hold.
        Add(-value, undo: false);
        for (int rest = Math.Abs(change); rest > 0; rest -= Math.Min(rest, MostValue))
        {
            int step = Math.Min(rest, MostValue);
            Add(step, undo: change < 0);
            Add(-step, undo: change > 0);
        }

        Add(value, undo: false);
        return this;
    }

    /// <summary>What can't be done.</summary>
    public SemaphoreOperations Fail()
    {
        Add(value < MostValue ? 1 : -1, undo: false);
        _bytes.AddRange(Operation(0, NoWait)); // until it is zero
        return this;
    }

    public DataReference In(PlanBuilder plan) => plan.Bytes([.. _bytes], $"{{{Count} operations}}");

    private void Add(int by, bool undo)
    {
        if (by != 0)
        {
            _bytes.AddRange(Operation((short)by, (short)(NoWait | (undo ? Undo : 0))));
        }
    }

    private byte[] Operation(short by, short flags)
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)number);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2), by);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(4), flags);
        return bytes;
    }
}
