using System.Buffers.Binary;
using System.Numerics;

namespace Yadokari.Rpc.State.Coding;

/// <summary>CRC-32C, by the processor's instruction. It finds damage, not forgery.</summary>
internal struct StateChecksum()
{
    private uint _crc = uint.MaxValue;

    public readonly uint Value => ~_crc;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = _crc;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        _crc = crc;
    }
}
