using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Yadokari.Protocol.Services;

/// <summary>
/// Frames between a daemon and an instance on a unix socket: kind u8, length i32 little-endian, payload of at most 1 MiB.
/// One exchange at a time; not thread-safe. Owns the stream.
/// </summary>
public sealed class ControlChannel(Stream stream) : IDisposable
{
    private const int HeadBytes = 5;

    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _sendHead = new byte[HeadBytes];
    private byte[] _payload = [];

    /// <summary>Connects to an instance.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<ControlChannel> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new ControlChannel(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task SendAsync(ControlCommand command, CancellationToken cancellation) =>
        SendJsonAsync(ControlKind.Command, command, ProtocolJson.Default.ControlCommand, cancellation);

    public Task SendAsync(ControlAnswer answer, CancellationToken cancellation) =>
        SendJsonAsync(ControlKind.Answer, answer, ProtocolJson.Default.ControlAnswer, cancellation);

    /// <summary>Sends state in pieces, and its end.</summary>
    public async Task SendDataAsync(ReadOnlySequence<byte> data, CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> part in data)
        {
            for (ReadOnlyMemory<byte> rest = part; !rest.IsEmpty;)
            {
                ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, Limits.MaxFrameBytes)];
                await SendFrameAsync(ControlKind.Data, piece, cancellation).ConfigureAwait(false);
                rest = rest[piece.Length..];
            }
        }
        await SendFrameAsync(ControlKind.End, default, cancellation).ConfigureAwait(false);
    }

    public async Task SendFrameAsync(ControlKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        _sendHead[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(_sendHead.AsSpan(1), payload.Length);
        await stream.WriteAsync(_sendHead, cancellation).ConfigureAwait(false);
        if (!payload.IsEmpty)
        {
            await stream.WriteAsync(payload, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The next frame; its payload is valid until the next read. Null: the other end is gone.</summary>
    /// <exception cref="InvalidDataException">Not a frame.</exception>
    /// <exception cref="EndOfStreamException">It ended inside a frame.</exception>
    public async Task<(ControlKind Kind, ReadOnlyMemory<byte> Payload)?> ReadAsync(CancellationToken cancellation)
    {
        int first = await stream.ReadAsync(_head, cancellation).ConfigureAwait(false);
        if (first == 0)
        {
            return null;
        }
        await stream.ReadExactlyAsync(_head.AsMemory(first), cancellation).ConfigureAwait(false);
        ControlKind kind = (ControlKind)_head[0];
        int length = BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(1));
        if (kind is < ControlKind.Command or > ControlKind.End || length < 0 || length > Limits.MaxFrameBytes)
        {
            throw new InvalidDataException($"not a frame: kind {_head[0]}, length {length}");
        }
        if (_payload.Length < length)
        {
            _payload = new byte[length];
        }
        await stream.ReadExactlyAsync(_payload.AsMemory(0, length), cancellation).ConfigureAwait(false);
        return (kind, _payload.AsMemory(0, length));
    }

    /// <summary>Reads data frames up to their end.</summary>
    /// <exception cref="InvalidDataException">More than <paramref name="most"/> bytes, or another frame.</exception>
    public async Task<byte[]> ReadDataAsync(long most, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> data = new();
        while (await ReadAsync(cancellation).ConfigureAwait(false) is var (kind, payload))
        {
            if (kind == ControlKind.End)
            {
                return data.WrittenSpan.ToArray();
            }
            if (kind != ControlKind.Data || data.WrittenCount + payload.Length > most)
            {
                throw new InvalidDataException(kind == ControlKind.Data ? $"the state is over the bound of {most} bytes" : "state was expected");
            }
            data.Write(payload.Span);
        }
        throw new EndOfStreamException("the connection ended before the state was complete");
    }

    public void Dispose() => stream.Dispose();

    private Task SendJsonAsync<T>(ControlKind kind, T value, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendFrameAsync(kind, JsonSerializer.SerializeToUtf8Bytes(value, type), cancellation);
}
