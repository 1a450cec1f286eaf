using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Rpc.State.Coding;

/// <summary>Reads a <see cref="StateMessage"/>: length and checksum before anything else.</summary>
internal sealed class StateMessageReader
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly string _state;
    private int _at;

    /// <exception cref="InvalidDataException">Too large, another format, or damaged.</exception>
    public StateMessageReader(ReadOnlyMemory<byte> message, string state, long maxBytes)
    {
        _state = state;
        if (message.Length > maxBytes)
        {
            throw Wrong($"has {message.Length} bytes, and its bound is {maxBytes}");
        }

        ReadOnlySpan<byte> bytes = message.Span;
        if (bytes.Length < StateMessage.HeaderLength + StateMessage.EndLength || !bytes.StartsWith(StateMessage.Magic))
        {
            throw Wrong("is no saved state");
        }

        if (bytes[4] != StateMessage.Format)
        {
            throw Wrong($"is in format {bytes[4]}, and this program reads {StateMessage.Format}");
        }

        var checksum = new StateChecksum();
        checksum.Append(bytes[..^4]);
        if (checksum.Value != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
        {
            throw Wrong("is damaged (checksum)");
        }

        Kind = (StateMessageKind)bytes[5];
        _body = message[..^4];
        _at = StateMessage.HeaderLength;
    }

    public StateMessageKind Kind { get; }

    /// <summary>The next section, or null at the end.</summary>
    public (StateSectionKind Kind, string Name, ReadOnlyMemory<byte> Image)? Next()
    {
        var kind = (StateSectionKind)Take(1).Span[0];
        if (kind == StateSectionKind.End)
        {
            return _at == _body.Length ? null : throw Wrong("is damaged (it goes on after its end)");
        }

        if (kind > StateSectionKind.Changes)
        {
            throw Wrong($"is damaged ({(byte)kind} is no section)");
        }

        string name = Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span)).Span);
        return (kind, name, Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span)));
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length < 0 || length > _body.Length - _at)
        {
            throw Wrong("is damaged (it ends too early)");
        }

        ReadOnlyMemory<byte> taken = _body.Slice(_at, length);
        _at += length;
        return taken;
    }

    private InvalidDataException Wrong(string what) => new($"state '{_state}': {what}");
}
