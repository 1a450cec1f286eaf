using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Yadokari.Daemon.Engine;

/// <summary>
/// The socket between a daemon and its keeper. One message: kind u8, offset i64, length i32, little-endian, then the
/// payload. Used by one thread at a time.
/// </summary>
internal sealed class KeeperLink(Socket socket) : IDisposable
{
    private const int HeadBytes = 13;
    private const int MaxMessage = 16 << 20;
    private const int PieceBytes = 1 << 20;

    private readonly FrameGathering _frames = new(bytes => SendAll(socket, bytes));
    private readonly byte[] _head = new byte[HeadBytes];
    private byte[] _payload = new byte[PieceBytes];

    public void Send<T>(KeeperFrame kind, T message, JsonTypeInfo<T> type) => Send(kind, 0, JsonSerializer.SerializeToUtf8Bytes(message, type));

    /// <exception cref="IOException">The other side is gone.</exception>
    public void SendData(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, PieceBytes)];
            Send(KeeperFrame.Data, offset, piece);
            bytes = bytes[piece.Length..];
            offset += piece.Length;
        }
    }

    /// <exception cref="IOException">The other side is gone.</exception>
    public void SendFlush() => Send(KeeperFrame.Flush, 0, []);

    /// <exception cref="IOException">The other side is gone.</exception>
    public void SendLayout(ReadOnlySpan<byte> layout) => Send(KeeperFrame.Layout, 0, layout);

    /// <summary>The next message; its payload is valid until the one after it. Null: the other side has closed.</summary>
    /// <exception cref="IOException">The other side is gone, or is none of ours.</exception>
    public (KeeperFrame Kind, long Offset, ReadOnlyMemory<byte> Payload)? Receive()
    {
        if (!Fill(_head))
        {
            return null;
        }
        int length = BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(9));
        if (length is < 0 or > MaxMessage)
        {
            throw new IOException($"a message of {length} bytes");
        }
        if (_payload.Length < length)
        {
            _payload = new byte[length];
        }
        Memory<byte> payload = _payload.AsMemory(0, length);
        return Fill(payload.Span)
            ? ((KeeperFrame)_head[0], BinaryPrimitives.ReadInt64LittleEndian(_head.AsSpan(1)), payload)
            : null;
    }

    public void Dispose() => socket.Dispose();

    private void Send(KeeperFrame kind, long offset, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(head[1..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(head[9..], payload.Length);
        _frames.Send(head, payload, mayWait: kind == KeeperFrame.Data);
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[socket.Send(bytes)..];
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw new IOException("the other side of a checkpoint is gone", failure);
        }
    }

    private bool Fill(Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = socket.Receive(destination);
                if (count == 0)
                {
                    return false;
                }
                destination = destination[count..];
            }
            return true;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw new IOException("the other side of a checkpoint is gone", failure);
        }
    }
}
