namespace Yadokari.Protocol.Wire;

/// <summary>Reads frames from a stream. The payload is valid until the next read.</summary>
public sealed class FrameReader(Stream stream)
{
    private readonly byte[] _head = new byte[FrameHeader.Size];
    private byte[] _payload = [];

    /// <exception cref="EndOfStreamException">The stream stopped inside or before a frame.</exception>
    /// <exception cref="InvalidDataException">Not a frame.</exception>
    public async ValueTask<(FrameHeader Header, ReadOnlyMemory<byte> Payload)> ReadAsync(CancellationToken cancellation)
    {
        await stream.ReadExactlyAsync(_head, cancellation).ConfigureAwait(false);
        FrameHeader header = FrameHeader.Read(_head);
        if (_payload.Length < header.Length)
        {
            _payload = new byte[header.Length];
        }
        Memory<byte> payload = _payload.AsMemory(0, header.Length);
        await stream.ReadExactlyAsync(payload, cancellation).ConfigureAwait(false);
        return (header, payload);
    }
}
