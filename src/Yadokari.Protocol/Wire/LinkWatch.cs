using System.Buffers.Binary;
using System.Net.Sockets;

namespace Yadokari.Protocol.Wire;

/// <summary>Makes the kernel notice within seconds that the other host is silent: a job may stand still meanwhile.</summary>
public static class LinkWatch
{
    private const int LevelTcp = 6;
    private const int UserTimeout = 18; // TCP_USER_TIMEOUT, tcp(7): milliseconds that sent data may stay unacknowledged
    private const int SilenceMilliseconds = 8000;

    public static void Apply(Socket socket)
    {
        Span<byte> milliseconds = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(milliseconds, SilenceMilliseconds);
        socket.SetRawSocketOption(LevelTcp, UserTimeout, milliseconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 3);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 5);
    }
}
