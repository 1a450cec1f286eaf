using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Rpc.State.Coding;

/// <summary>Writes a <see cref="StateMessage"/>, section by section.</summary>
internal sealed class StateMessageWriter
{
    private readonly IBufferWriter<byte> _to;
    private readonly string _state;
    private readonly long _maxBytes;
    private StateChecksum _checksum = new();
    private long _length;

    public StateMessageWriter(IBufferWriter<byte> to, StateMessageKind kind, string state, long maxBytes)
    {
        _to = to;
        _state = state;
        _maxBytes = maxBytes;
        Span<byte> header = stackalloc byte[StateMessage.HeaderLength];
        StateMessage.Magic.CopyTo(header);
        header[4] = StateMessage.Format;
        header[5] = (byte)kind;
        Put(header);
    }

    public CarriedWriter NewImage() => new(_state, _maxBytes);

    public void Section(StateSectionKind kind, string name, ReadOnlyMemory<byte> image)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        byte[] head = new byte[7 + nameBytes.Length];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(1), (ushort)nameBytes.Length);
        nameBytes.CopyTo(head, 3);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(3 + nameBytes.Length), image.Length);
        Put(head);
        Put(image.Span);
    }

    public void End()
    {
        Put([(byte)StateSectionKind.End]);
        Span<byte> checksum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, _checksum.Value);
        _to.Write(checksum);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_length + StateMessage.EndLength > _maxBytes)
        {
            throw new InvalidDataException(
                $"state '{_state}': is over its bound of {_maxBytes} bytes; raise [CarriedState(MaxBytes = …)] or carry less");
        }

        _checksum.Append(bytes);
        _to.Write(bytes);
    }
}
