using System.Buffers.Binary;

namespace Yadokari.Protocol.Wire;

/// <summary>
/// Head of a frame, 13 bytes, little-endian; the payload follows.
/// <code>
/// 0 kind u8 | 1 offset i64: where in the file the payload belongs | 9 length i32: bytes of payload
/// </code>
/// </summary>
public readonly record struct FrameHeader(FrameKind Kind, long Offset, int Length)
{
    public const int Size = 13;

    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(destination[1..], Offset);
        BinaryPrimitives.WriteInt32LittleEndian(destination[9..], Length);
    }

    /// <exception cref="InvalidDataException">Not a frame within <see cref="Limits"/>.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        FrameHeader header = new(
            (FrameKind)source[0],
            BinaryPrimitives.ReadInt64LittleEndian(source[1..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[9..]));
        bool empty = header.Kind is FrameKind.End or FrameKind.Alive or FrameKind.Flush;
        if (header.Kind > FrameKind.Layout
            || header.Length < 0 || header.Length > Limits.MaxFrameBytes
            || header.Offset < 0 || header.Offset > MostBytes(header.Kind) - header.Length
            || (empty && header.Length != 0))
        {
            throw new InvalidDataException($"not a frame: kind {(byte)header.Kind}, offset {header.Offset}, length {header.Length}");
        }
        return header;
    }

    private static long MostBytes(FrameKind kind) => kind is FrameKind.Output or FrameKind.Errors ? Limits.MaxLogBytes : Limits.MaxImageBytes;
}
