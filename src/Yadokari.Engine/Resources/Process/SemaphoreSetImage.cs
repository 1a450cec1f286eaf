using System.Buffers.Binary;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A set of System V semaphores.</summary>
/// <param name="Values">Of each, 16 bits.</param>
public sealed record SemaphoreSetImage(SystemVName Name, byte[] Values)
{
    /// <summary>Of one of them.</summary>
    public int Value(int number) => BinaryPrimitives.ReadUInt16LittleEndian(Values.AsSpan(number * sizeof(ushort)));
}
